import { constants } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BsmountError } from "../../src/core/errors.ts";
import {
  type FailureMessage,
  failures,
  type OperationMessage,
  operations,
} from "../../src/core/telemetry.ts";
import { Answerer, type Outcome } from "../../src/fuse/answer.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

const { EIO, ENOENT, ETIMEDOUT } = constants.errno;
const CALL = { operation: "read", path: "/x" };

let clock: FakeClock;
let answerer: Answerer;
let answers: unknown[];
let outcome: Outcome<number>;

beforeEach(() => {
  clock = new FakeClock();
  answerer = new Answerer({ clock, deadlineMs: 20 });
  answers = [];
  outcome = {
    give: (value) => {
      answers.push(value);
      return value;
    },
    refuse: (result) => answers.push(result),
    tooLate: (value) => answers.push(`late ${value}`),
  };
});

describe("every call is answered exactly once", () => {
  it("in the same turn when the answer is there", () => {
    answerer.answer(CALL, () => 5, outcome);
    expect(answers).toEqual([5]);
  });

  it("when a promise settles", async () => {
    answerer.answer(CALL, async () => 5, outcome);
    expect(answers).toEqual([]);
    await delay(1);
    expect(answers).toEqual([5]);
  });

  it("with the negative errno of what was thrown or rejected", async () => {
    const fail = (): never => {
      throw new BsmountError("not-found", "no");
    };
    answerer.answer(CALL, fail, outcome);
    answerer.answer(CALL, async () => fail(), outcome);
    await delay(1);
    expect(answers).toEqual([-ENOENT, -ENOENT]);
  });

  it("with EIO when handing the value over fails", async () => {
    outcome.give = () => {
      throw new Error("no room");
    };
    answerer.answer(CALL, () => 5, outcome);
    answerer.answer(CALL, async () => 5, outcome);
    await delay(1);
    expect(answers).toEqual([-EIO, -EIO]);
  });

  it("[E3] with ETIMEDOUT at its deadline; a value that comes later is given back", async () => {
    let reason: unknown;
    const slow = async (signal: AbortSignal): Promise<number> => {
      signal.addEventListener("abort", () => (reason = signal.reason));
      await delay(40);
      return 7;
    };
    answerer.answer(CALL, slow, outcome);
    await delay(80);
    expect(answers).toEqual([-ETIMEDOUT, "late 7"]);
    expect(reason).toMatchObject({ reason: "timeout" });
  });

  it("however late, when it has no deadline", async () => {
    answerer.answer({ ...CALL, deadline: false }, async () => await delay(50, 5), outcome);
    await delay(90);
    expect(answers).toEqual([5]);
  });

  it("when everything in progress is aborted", async () => {
    const wait = async (signal: AbortSignal): Promise<number> => await delay(10_000, 5, { signal });
    answerer.answer(CALL, wait, outcome);
    answerer.abortAll(new BsmountError("aborted", "over"));
    await delay(1);
    expect(answers).toEqual([-EIO]);
  });
});

it("prepares for the first call, before it is worked on, and for no other", () => {
  answerer.beforeFirst(() => answers.push("first"));
  answerer.answer(CALL, () => 1, outcome);
  answerer.answer(CALL, () => 2, outcome);
  expect(answers).toEqual(["first", 1, 2]);
});

describe("signals", () => {
  it("are shared by calls that answer at once, and never by one that waits", async () => {
    const signals: AbortSignal[] = [];
    const answer = (work: () => number | Promise<number>): void =>
      answerer.answer(CALL, (signal) => (signals.push(signal), work()), outcome);
    answer(() => 1);
    answer(async () => await delay(40, 2));
    answer(() => 3);
    expect(signals[1]).toBe(signals[0]);
    expect(signals[2]).not.toBe(signals[1]);
    await delay(60);
    expect(signals[1]?.aborted).toBe(true);
    expect(signals[2]?.aborted).toBe(false);
  });
});

describe("what it tells", () => {
  const operationsSeen: OperationMessage[] = [];
  const failuresSeen: FailureMessage[] = [];
  let unsubscribe: (() => void)[];

  beforeEach(() => {
    operationsSeen.length = 0;
    failuresSeen.length = 0;
    unsubscribe = [
      operations.subscribe((message) => operationsSeen.push(message)),
      failures.subscribe((message) => failuresSeen.push(message)),
    ];
  });
  afterEach(() => unsubscribe.forEach((stop) => stop()));

  const failWith = (error: Error, call = CALL): void =>
    answerer.answer(
      call,
      () => {
        throw error;
      },
      outcome,
    );

  it("is each operation with its errno and bytes", () => {
    answerer.answer(CALL, () => 5, outcome);
    failWith(new BsmountError("not-found", "no"));
    expect(operationsSeen).toMatchObject([
      { operation: "read", errno: 0, bytes: 5 },
      { operation: "read", errno: ENOENT, bytes: 0 },
    ]);
  });

  it("[E4] is a failure once, though the kernel asks twice, and again after a minute", () => {
    const error = new BsmountError("unavailable", "no answer");
    failWith(error);
    failWith(error);
    expect(failuresSeen).toEqual([{ operation: "read", path: "/x", errno: EIO, error }]);
    failWith(error, { ...CALL, path: "/y" });
    expect(failuresSeen).toHaveLength(2);
    clock.advance(60_000);
    failWith(error);
    expect(failuresSeen).toHaveLength(3);
  });

  it("[E4] is no failure when a program only asks whether something is there or allowed", () => {
    failWith(new BsmountError("not-found", "no"));
    failWith(new BsmountError("no-attribute", "no"));
    failWith(new BsmountError("read-only", "no"), { operation: "access", path: "/x" });
    expect(failuresSeen).toEqual([]);
  });
});
