import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import type { Processes } from "../../src/linux/open-descriptors.ts";
import { OtherWriters } from "../../src/fuse/other-writers.ts";
import { FakeClock } from "../helpers/fake-clock.ts";

/*
 * The number of processes that are searched for one file on a machine with many: each takes as long as everything else
 * for a small file. The tests with the real /proc are in other-writers.test.ts.
 */

const PATH = "/f";
const IDLE = 200;

class FakeProcesses implements Processes {
  readonly pids: number[];
  /** The process that has the file open. */
  writer = 0;
  last: number;
  /** Every method throws it while it is set. */
  failure: Error | undefined;
  looks = 0;

  constructor(pids: readonly number[], last: number) {
    this.pids = [...pids];
    this.last = last;
  }

  otherPids(): readonly number[] {
    if (this.failure !== undefined) throw this.failure;
    return [...this.pids];
  }

  lastPid(): number {
    return this.last;
  }

  hasOpenForWriting(pid: number): boolean {
    if (this.failure !== undefined) throw this.failure;
    this.looks += 1;
    return pid === this.writer;
  }
}

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_value, at) => from + at);
}

function watched(processes: FakeProcesses) {
  const clock = new FakeClock();
  const writers = new OtherWriters({ clock, processes, mount: { mountPoint: "/mnt" } });
  let handle = 0;
  /** Makes, writes and closes a file; returns the number of processes that were searched. */
  const copy = async (): Promise<number> => {
    handle += 1;
    const before = processes.looks;
    const opener = processes.writer;
    writers.made(handle);
    writers.wrote(handle, PATH);
    processes.writer = 0;
    expect(await writers.isOpenForWriting(handle, { path: PATH }, neverAborted)).toBe(false);
    writers.released(handle);
    processes.writer = opener;
    return processes.looks - before;
  };
  return { clock, writers, copy };
}

describe("the process that makes a file is found among the youngest", () => {
  it.each([
    ["while process numbers grow", numbers(1000, IDLE), 5000, 5001],
    ["once they have begun anew", numbers(32_000, IDLE), 412, 415],
    ["when they begin anew just then", numbers(32_500, IDLE), 32_767, 301],
  ])("%s", async (_when, idle, pid, last) => {
    const processes = new FakeProcesses([...idle, pid], last);
    processes.writer = pid;
    const { copy } = watched(processes);
    // The maker of the last file, the youngest ones, and the maker once more at the close.
    expect(await copy()).toBeLessThan(12);
    expect(await copy()).toBe(2);
  });
});

describe("an old process that makes many files", () => {
  it("is found after some files, and is remembered", async () => {
    const processes = new FakeProcesses(numbers(1000, IDLE), 2000);
    processes.writer = 1003;
    const { copy } = watched(processes);
    const looks: number[] = [];
    for (let file = 0; file < 40; file += 1) looks.push(await copy());
    expect(looks[0]).toBeGreaterThanOrEqual(IDLE);
    expect(looks.slice(30)).toEqual(Array.from({ length: 10 }, () => 2));
  });
});

describe("where /proc cannot be read, because no descriptor is left", () => {
  const outOfDescriptors = (): Error =>
    Object.assign(new Error("EMFILE: too many open files"), { code: "EMFILE" });

  it("another writer is assumed, so that nothing is finished early", async () => {
    const processes = new FakeProcesses(numbers(1000, 3), 1002);
    const { clock, writers } = watched(processes);
    processes.failure = outOfDescriptors();
    writers.made(1);
    writers.wrote(1, PATH);
    const isOpen = writers.isOpenForWriting(1, { path: PATH }, neverAborted);
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1000);
      await new Promise(setImmediate);
    }
    expect(await isOpen).toBe(true);
  });

  it("a close tries again for a while", async () => {
    const processes = new FakeProcesses(numbers(1000, 3), 1002);
    const { clock, writers } = watched(processes);
    processes.failure = outOfDescriptors();
    writers.made(1);
    const isOpen = writers.isOpenForWriting(1, { path: PATH }, neverAborted);
    await expect.poll(() => clock.sleeping).toBe(1);
    processes.failure = undefined;
    clock.advance(500);
    expect(await isOpen).toBe(false);
  });
});
