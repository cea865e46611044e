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
import { OperationRunner, type Reply } from "../../src/fuse/operation-runner.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

const { EIO, ENOENT, ETIMEDOUT } = constants.errno;
const CALL = { operation: "read", path: "/x" };

let clock: FakeClock;
let runner: OperationRunner;
let replies: unknown[];
let outcome: Reply<number>;

beforeEach(() => {
  clock = new FakeClock();
  runner = new OperationRunner({ clock, deadlineMs: 20 });
  replies = [];
  outcome = {
    succeed: (value) => {
      replies.push(value);
      return value;
    },
    fail: (result) => replies.push(result),
    discard: (value) => replies.push(`late ${value}`),
  };
});

describe("every call gets exactly one reply", () => {
  it("in the same turn when the result is available", () => {
    runner.run(CALL, () => 5, outcome);
    expect(replies).toEqual([5]);
  });

  it("when a promise settles", async () => {
    runner.run(CALL, async () => 5, outcome);
    expect(replies).toEqual([]);
    await delay(1);
    expect(replies).toEqual([5]);
  });

  it("with the negative errno of what was thrown or rejected", async () => {
    const fail = (): never => {
      throw new BsmountError("not-found", "no");
    };
    runner.run(CALL, fail, outcome);
    runner.run(CALL, async () => fail(), outcome);
    await delay(1);
    expect(replies).toEqual([-ENOENT, -ENOENT]);
  });

  it("with EIO when sending the value fails", async () => {
    outcome.succeed = () => {
      throw new Error("no room");
    };
    runner.run(CALL, () => 5, outcome);
    runner.run(CALL, async () => 5, outcome);
    await delay(1);
    expect(replies).toEqual([-EIO, -EIO]);
  });

  it("[E3] with ETIMEDOUT at its deadline; a later value is discarded", async () => {
    let reason: unknown;
    const slow = async (signal: AbortSignal): Promise<number> => {
      signal.addEventListener("abort", () => (reason = signal.reason));
      await delay(40);
      return 7;
    };
    runner.run(CALL, slow, outcome);
    await delay(80);
    expect(replies).toEqual([-ETIMEDOUT, "late 7"]);
    expect(reason).toMatchObject({ reason: "timeout" });
  });

  it("at any time, when it has no deadline", async () => {
    runner.run({ ...CALL, deadline: false }, async () => await delay(50, 5), outcome);
    await delay(90);
    expect(replies).toEqual([5]);
  });

  it("when everything in progress is aborted", async () => {
    const wait = async (signal: AbortSignal): Promise<number> => await delay(10_000, 5, { signal });
    runner.run(CALL, wait, outcome);
    runner.abortAll(new BsmountError("aborted", "over"));
    await delay(1);
    expect(replies).toEqual([-EIO]);
  });
});

it("runs the preparation once, before the first call", () => {
  runner.beforeFirstCall(() => replies.push("first"));
  runner.run(CALL, () => 1, outcome);
  runner.run(CALL, () => 2, outcome);
  expect(replies).toEqual(["first", 1, 2]);
});

describe("signals", () => {
  it("are reused by calls that reply at once, and never by one that waits", async () => {
    const signals: AbortSignal[] = [];
    const start = (work: () => number | Promise<number>): void =>
      runner.run(CALL, (signal) => (signals.push(signal), work()), outcome);
    start(() => 1);
    start(async () => await delay(40, 2));
    start(() => 3);
    expect(signals[1]).toBe(signals[0]);
    expect(signals[2]).not.toBe(signals[1]);
    await delay(60);
    expect(signals[1]?.aborted).toBe(true);
    expect(signals[2]?.aborted).toBe(false);
  });
});

describe("telemetry", () => {
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
    runner.run(
      call,
      () => {
        throw error;
      },
      outcome,
    );

  it("has each operation with its errno and bytes", () => {
    runner.run(CALL, () => 5, outcome);
    failWith(new BsmountError("not-found", "no"));
    expect(operationsSeen).toMatchObject([
      { operation: "read", errno: 0, bytes: 5 },
      { operation: "read", errno: ENOENT, bytes: 0 },
    ]);
  });

  it("[E4] has a failure once, though the kernel repeats it, and again after a minute", () => {
    const error = new BsmountError("unavailable", "no response");
    failWith(error);
    failWith(error);
    expect(failuresSeen).toEqual([{ operation: "read", path: "/x", errno: EIO, error }]);
    failWith(error, { ...CALL, path: "/y" });
    expect(failuresSeen).toHaveLength(2);
    clock.advance(60_000);
    failWith(error);
    expect(failuresSeen).toHaveLength(3);
  });

  it("[E4] has no failure when a program only asks whether something exists or is allowed", () => {
    failWith(new BsmountError("not-found", "no"));
    failWith(new BsmountError("no-attribute", "no"));
    failWith(new BsmountError("read-only", "no"), { operation: "access", path: "/x" });
    expect(failuresSeen).toEqual([]);
  });
});
