import { describe, expect, test } from "vitest";
import { ContentState } from "../../src/write/content-state.ts";
import type { FileJournal } from "../../src/write/file-journal.ts";
import { NO_JOURNAL } from "../helpers/no-journal.ts";

/* The states of staged content, and the journal's line for each transition. */

interface Tested {
  readonly state: ContentState;
  /** What was written to the journal, in order. */
  readonly lines: string[];
  /** Keeps the journal from recording the next change. */
  breakJournal(): void;
}

function tested(first: "copying" | "pending" = "pending"): Tested {
  const lines: string[] = [];
  let isBroken = false;
  const journal: FileJournal = {
    ...NO_JOURNAL,
    recordChange: async () => {
      if (isBroken) throw new Error("the disk is full");
      lines.push("changed");
    },
    recordClose: async ({ sizeBytes, isSynced }) =>
      void lines.push(`closed ${sizeBytes}${isSynced ? " synced" : ""}`),
    recordInterruption: (why) => void lines.push(`interrupted: ${why}`),
    recordFinish: () => void lines.push("finished"),
    recordFailure: (why) => void lines.push(`failed: ${why}`),
  };
  const state = new ContentState({ journal, withRoom: async (work) => await work(), first });
  return { state, lines, breakJournal: () => (isBroken = true) };
}

const nothing = async (): Promise<void> => {};
const ignored = (): void => {};

async function change({ state }: Tested, work = nothing): Promise<void> {
  await state.change(work, ignored);
}

async function finish({ state }: Tested, meanwhile = nothing): Promise<void> {
  const attempt = async (): Promise<number> => {
    const { version } = state;
    await meanwhile();
    return version;
  };
  await state.finish(attempt, false);
}

const LATE = new Error("the service is away");

async function fail({ state }: Tested, { underNewName = false } = {}): Promise<void> {
  const attempt = state.finish(async () => await Promise.reject(LATE), underNewName);
  await expect(attempt).rejects.toBe(LATE);
}

describe("staged content", () => {
  test("is pending, complete when it is finished, and pending again when it is changed", async () => {
    const one = tested();
    await change(one);
    expect([one.state.name, one.state.isUnfinished, one.lines]).toEqual(["pending", true, []]);
    const finishing = finish(one);
    expect([one.state.name, one.state.isUnfinished]).toEqual(["finishing", true]);
    await finishing;
    expect([one.state.name, one.state.isUnfinished]).toEqual(["complete", false]);
    await change(one, async () => {
      expect([one.state.name, one.lines]).toEqual(["pending", ["finished", "changed"]]);
    });
    expect([one.state.name, one.lines]).toEqual(["pending", ["finished", "changed"]]);
  });

  test("that is changed while it is finished is pending afterwards", async () => {
    const one = tested();
    await finish(one, async () => await change(one));
    expect([one.state.name, one.lines]).toEqual(["pending", []]);
  });

  test("that is being changed when it is finished is pending afterwards", async () => {
    const one = tested();
    let end = ignored;
    const changing = change(one, async () => await new Promise<void>((resolve) => (end = resolve)));
    await finish(one);
    expect(one.state.name).toBe("pending");
    end();
    await changing;
    expect([one.state.name, one.lines]).toEqual(["pending", []]);
  });

  test("whose change cannot be recorded is complete as before", async () => {
    const one = tested();
    await finish(one);
    one.breakJournal();
    const both = [change(one), change(one)];
    expect([one.state.name, one.state.isUnfinished]).toEqual(["reopening", true]);
    for (const each of both) await expect(each).rejects.toThrow("the disk is full");
    const failed = "failed: the disk is full";
    // The journal writes the change as soon as it can, so that this has to follow it.
    expect(one.state.name).toBe("complete");
    expect(one.lines).toEqual(["finished", failed, failed, "finished"]);
  });

  test("whose attempt fails has that failure until an attempt succeeds or it is changed", async () => {
    const one = tested();
    await fail(one);
    expect([one.state.name, one.state.failure]).toEqual(["failed", LATE]);
    await finish(one, async () => expect(one.state.failure).toBe(LATE));
    expect([one.state.name, one.state.failure]).toEqual(["complete", undefined]);
    await change(one);
    await fail(one);
    one.state.forgetFailure();
    expect([one.state.name, one.state.failure]).toEqual(["pending", undefined]);
    const failed = "failed: the service is away";
    expect(one.lines).toEqual([failed, "finished", "changed", failed]);
  });

  test("whose attempt under a new name fails is what it was before", async () => {
    const one = tested();
    await fail(one, { underNewName: true });
    expect([one.state.name, one.state.failure]).toEqual(["pending", undefined]);
    await fail(one);
    const other = new Error("another failure");
    const attempt = one.state.finish(async () => await Promise.reject(other), true);
    await expect(attempt).rejects.toBe(other);
    expect([one.state.name, one.state.failure]).toEqual(["failed", LATE]);
    expect(one.lines).toHaveLength(3);
  });

  test("that begins as a copy is recorded as finished until the copy is whole", async () => {
    const one = tested("copying");
    await change(one);
    expect([one.state.name, one.lines]).toEqual(["copying", ["finished"]]);
    await one.state.copied();
    expect([one.state.name, one.lines]).toEqual(["pending", ["finished", "changed"]]);
  });

  test.each(["succeeds", "fails"])("that was removed stays so when an attempt %s", async (how) => {
    const one = tested();
    let end = ignored;
    const attempt = async (): Promise<number> => {
      await new Promise<void>((resolve) => (end = resolve));
      if (how === "fails") throw LATE;
      return one.state.version;
    };
    const finishing = one.state.finish(attempt, false).catch(ignored);
    one.state.remove();
    one.state.remove();
    end();
    await finishing;
    await change(one);
    expect([one.state.name, one.lines]).toEqual(["removed", []]);
  });

  test("that BaseSpace lacks is never evicted, and what was evicted never changes", async () => {
    const one = tested();
    expect(() => one.state.evict()).toThrow("pending cannot become evicted");
    await finish(one);
    one.state.evict();
    expect([one.state.name, one.state.isUnfinished]).toEqual(["evicted", false]);
    await expect(finish(one)).rejects.toThrow("evicted cannot become finishing");
  });
});
