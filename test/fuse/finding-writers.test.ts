import { constants } from "node:fs";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { WriterState } from "../../src/fs/file-system.ts";
import { OtherWriters } from "../../src/fuse/other-writers.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { FakeMachine } from "../helpers/fake-machine.ts";

/*
 * How many processes are looked at for one file on a machine with many, and that none is missed. The tests with the
 * real /proc are in other-writers.test.ts and busy-machine.test.ts.
 */

const PATH = "/f";

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_value, at) => from + at);
}

class Stage {
  readonly machine: FakeMachine;
  readonly clock = new FakeClock();
  readonly writers: OtherWriters;
  #handle = 0;

  constructor(machine: FakeMachine) {
    this.machine = machine;
    const { births } = machine;
    const mount = { mountPoint: "/mnt" };
    this.writers = new OtherWriters({ clock: this.clock, processes: machine, births, mount });
  }

  /** `pid` makes a file; the kernel sends the first write when it has. */
  async makes(pid: number, path: string = PATH): Promise<number> {
    this.#handle += 1;
    this.writers.opened(this.#handle, { path });
    this.machine.writers.set(pid, "write-only");
    await this.writers.changes(this.#handle, path);
    return this.#handle;
  }

  async stateOf(handle: number, path: string = PATH): Promise<WriterState> {
    return await this.writers.stateOf(handle, { path }, neverAborted);
  }

  /** `pid` makes, writes and closes a file; returns how many processes were looked at. */
  async copies(pid: number): Promise<number> {
    const before = this.machine.looks;
    const handle = await this.makes(pid);
    this.machine.writers.delete(pid);
    expect(await this.stateOf(handle)).toBe("closed");
    this.writers.released(handle);
    return this.machine.looks - before;
  }
}

function stageWith(pids: readonly number[], last: number): Stage {
  return new Stage(new FakeMachine({ pids, last }));
}

describe("looking for the writers of a file costs the same", () => {
  const looksOf = async (idle: number, from: number, last: number): Promise<readonly number[]> => {
    const stage = stageWith(numbers(from, idle), last);
    const own = stage.machine.start();
    const looks: number[] = [];
    for (let file = 0; file < 3; file += 1) looks.push(await stage.copies(own));
    // A program for each file, which ends.
    for (let file = 0; file < 3; file += 1) {
      const each = stage.machine.start();
      looks.push(await stage.copies(each));
      stage.machine.end(each);
    }
    return looks;
  };

  it.each([
    ["as on a machine with few processes", 10],
    ["with 1000 more", 1000],
    ["with 5000 more", 5000],
  ])("%s, for each file of one program and with a program for each", async (_how, idle) => {
    expect(await looksOf(idle, 1000, 20_000)).toEqual([2, 2, 2, 3, 3, 3]);
  });

  it("when process numbers have begun anew", async () => {
    expect(await looksOf(1000, 20_000, 32_766)).toEqual([2, 2, 2, 3, 3, 3]);
    expect(await looksOf(1000, 20_000, 32_767)).toEqual([2, 2, 2, 3, 3, 3]);
  });

  it("while other programs start and end, which are not looked at", async () => {
    const stage = stageWith(numbers(1000, 1000), 20_000);
    const own = stage.machine.start();
    await stage.copies(own);
    for (const count of [10, 100, 9000]) {
      const before = stage.machine.looks;
      const handle = await stage.makes(own);
      stage.machine.churn(count, 20);
      stage.machine.writers.delete(own);
      expect(await stage.stateOf(handle)).toBe("closed");
      expect(stage.machine.looks - before).toBe(2);
      stage.writers.released(handle);
    }
  });
});

describe("the process that makes a file", () => {
  it("is found among all, however old, and is remembered", async () => {
    const stage = stageWith(numbers(1000, 200), 20_000);
    expect(await stage.copies(1003)).toBeGreaterThan(1);
    expect(await stage.copies(1003)).toBe(2);
  });

  it("is not searched for among all again and again where it cannot be seen", async () => {
    const stage = stageWith(numbers(1000, 2000), 20_000);
    const before = stage.machine.looks;
    for (let file = 0; file < 20; file += 1) {
      stage.writers.opened(file, { path: PATH });
      await stage.writers.changes(file, PATH);
    }
    expect(stage.machine.looks - before).toBeLessThan(3 * 2000);
  });

  it("keeps the file open while it has another descriptor, and was being killed if it was", async () => {
    const stage = stageWith(numbers(1000, 10), 20_000);
    const handle = await stage.makes(1003);
    expect(await stage.stateOf(handle)).toBe("open");
    stage.machine.writers.delete(1003);
    stage.machine.killed.add(1003);
    expect(stage.writers.isBeingKilled({ path: PATH })).toBe(true);
    expect(await stage.stateOf(handle)).toBe("killed");
  });

  it("was being killed, when it had opened the file twice", async () => {
    const stage = stageWith(numbers(1000, 10), 20_000);
    const first = await stage.makes(1003);
    stage.writers.opened(77, { path: PATH }, constants.O_WRONLY);
    stage.machine.writers.delete(1003);
    stage.machine.killed.add(1003);
    expect([await stage.stateOf(first), await stage.stateOf(77)]).toEqual(["killed", "killed"]);
  });
});

describe("processes that share a descriptor and are killed together", () => {
  /** A file of process 1003, whose child is killed; `isLeft`: process 1003 runs. */
  async function stateWith(isLeft: boolean): Promise<WriterState> {
    const stage = stageWith(numbers(1000, 10), 20_000);
    const handle = await stage.makes(1003);
    const child = stage.machine.start();
    stage.machine.writers.delete(1003);
    stage.machine.killed.add(child);
    if (!isLeft) stage.machine.end(1003);
    return await stage.stateOf(handle);
  }

  it("are seen in the last one, when those before it have ended", async () => {
    expect(await stateWith(false)).toBe("killed");
  });

  it("do not make a killed writer of one that runs", async () => {
    expect(await stateWith(true)).toBe("closed");
  });
});

describe("a process that inherited a descriptor", () => {
  it.each([
    ["the numbers grow", 20_000, 10],
    ["the numbers begin anew", 32_700, 200],
    ["all numbers are given out meanwhile, and more", 20_000, 33_000],
  ])("is found when %s", async (_when, last, churn) => {
    const stage = stageWith(numbers(1000, 50), last);
    const handle = await stage.makes(1003);
    const child = stage.machine.start();
    stage.machine.writers.set(child, "write-only");
    stage.machine.churn(churn, 1500);
    stage.machine.writers.delete(1003);
    expect(await stage.stateOf(handle)).toBe("open");
    stage.machine.end(child);
    expect(await stage.stateOf(handle)).toBe("closed");
  });

  it("is found when its own parent inherited it, and ends while it is looked for", async () => {
    const stage = stageWith(numbers(1000, 50), 20_000);
    const handle = await stage.makes(1003);
    const child = stage.machine.start();
    stage.machine.writers.set(child, "write-only");
    stage.machine.writers.delete(1003);
    let grandchild = 0;
    stage.machine.beforeLook = (pid) => {
      if (pid !== child || grandchild !== 0) return;
      grandchild = stage.machine.start();
      stage.machine.writers.set(grandchild, "write-only");
      stage.machine.end(child);
    };
    expect(await stage.stateOf(handle)).toBe("open");
    stage.machine.end(grandchild);
    expect(await stage.stateOf(handle)).toBe("closed");
  });

  it("was being killed, when it wrote the file and its parent had closed it", async () => {
    const stage = stageWith(numbers(1000, 50), 20_000);
    stage.writers.opened(1, { path: PATH });
    const child = stage.machine.start();
    stage.machine.writers.set(child, "write-only");
    await stage.writers.changes(1, PATH);
    stage.machine.writers.delete(child);
    stage.machine.killed.add(child);
    expect(await stage.stateOf(1)).toBe("killed");
  });

  it("was being killed, when a search had found it", async () => {
    const stage = stageWith(numbers(1000, 50), 20_000);
    const handle = await stage.makes(1003);
    const child = stage.machine.start();
    stage.machine.writers.set(child, "write-only");
    stage.machine.writers.delete(1003);
    expect(await stage.stateOf(handle)).toBe("open");
    stage.machine.writers.delete(child);
    stage.machine.killed.add(child);
    expect(await stage.stateOf(handle)).toBe("killed");
  });
});

describe("every process is looked at", () => {
  const OLD = 1033;

  it.each<[string, (stage: Stage, opener: number) => unknown]>([
    ["when the opener has ended", ({ machine }, opener) => machine.end(opener)],
    [
      "when its number is another one's",
      ({ machine }, opener) => {
        machine.end(opener);
        machine.churn(opener - 300, 10);
      },
    ],
    ["for a file that was made long ago", ({ clock }) => clock.advance(60_000)],
    [
      "for another one that opened the file",
      async ({ writers, machine }) => {
        writers.opened(88, { path: PATH }, constants.O_RDWR);
        machine.failure = new Error("no descriptor");
        await writers.changes(88, PATH);
        machine.failure = undefined;
      },
    ],
  ])("%s", async (_when, happens) => {
    const stage = stageWith(numbers(1000, 50), 20_000);
    const opener = stage.machine.start();
    const handle = await stage.makes(opener);
    stage.machine.writers.delete(opener);
    stage.machine.writers.set(OLD, "write-only");
    await happens(stage, opener);
    expect(await stage.stateOf(handle)).toBe("open");
    stage.machine.writers.delete(OLD);
    expect(await stage.stateOf(handle)).toBe("closed");
  });
});

describe("where /proc does not tell what was started last, an heir is found all the same", () => {
  it.each([
    ["it is replaced by files that are seconds old", false, 20_000],
    ["it shows zeros", true, 0],
  ])("%s", async (_why, isGenuine, shownLast) => {
    const machine = new FakeMachine({ pids: numbers(1000, 50), last: 20_000, isGenuine });
    machine.shownLast = shownLast;
    const stage = new Stage(machine);
    const handle = await stage.makes(1003);
    const child = machine.start();
    machine.writers.set(child, "write-only");
    machine.writers.delete(1003);
    expect(await stage.stateOf(handle)).toBe("open");
    machine.end(child);
    expect(await stage.stateOf(handle)).toBe("closed");
  });
});

describe("the other handles of a file", () => {
  it("have openers of their own, also after the file or its folder was renamed", async () => {
    const stage = stageWith(numbers(1000, 50), 20_000);
    const first = await stage.makes(1003, "/d/a");
    stage.writers.renamed("/d/a", "/d/b");
    stage.writers.renamed("/d", "/e");
    const second = await stage.makes(1004, "/e/b");
    stage.machine.writers.delete(1003);
    expect(await stage.stateOf(first, "/e/b")).toBe("open");
    stage.machine.writers.delete(1004);
    expect(await stage.stateOf(second, "/e/b")).toBe("closed");
  });

  it("do not count when they are for reading", async () => {
    const stage = stageWith(numbers(1000, 50), 20_000);
    await stage.copies(1003);
    const handle = await stage.makes(1003);
    stage.writers.opened(99, { path: PATH }, constants.O_RDONLY);
    const before = stage.machine.looks;
    stage.machine.writers.delete(1003);
    expect(await stage.stateOf(handle)).toBe("closed");
    expect(stage.machine.looks - before).toBe(1);
  });
});

describe("where /proc cannot be read, because no descriptor is left", () => {
  const outOfDescriptors = (): Error =>
    Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });

  it("another writer is assumed, so that nothing is finished early", async () => {
    const { machine, clock, writers } = stageWith(numbers(1000, 3), 1002);
    machine.failure = outOfDescriptors();
    writers.opened(1, { path: PATH });
    await writers.changes(1, PATH);
    const isOpen = writers.isOpenForWriting(1, { path: PATH }, neverAborted);
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1000);
      await new Promise(setImmediate);
    }
    expect(await isOpen).toBe(true);
  });

  it("a close tries again for a while", async () => {
    const { machine, clock, writers } = stageWith(numbers(1000, 3), 1002);
    machine.failure = outOfDescriptors();
    writers.opened(1, { path: PATH });
    const isOpen = writers.isOpenForWriting(1, { path: PATH }, neverAborted);
    await expect.poll(() => clock.sleeping).toBe(1);
    machine.failure = undefined;
    clock.advance(500);
    expect(await isOpen).toBe(false);
  });
});
