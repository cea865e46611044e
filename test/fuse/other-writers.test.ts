import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:fs";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { OtherWriters } from "../../src/fuse/other-writers.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const HANDLE = 7;
const MAP_FILE = fileURLToPath(new URL("programs/map-file.py", import.meta.url));

/** A shell that runs one line after another. */
class Shell implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;

  constructor() {
    this.#child = spawn("sh", { stdio: ["pipe", "pipe", "inherit"] });
    this.#lines = createInterface({ input: this.#child.stdout ?? process.stdin });
  }

  async does(command: string): Promise<string> {
    const printed = once(this.#lines, "line");
    this.#child.stdin?.write(`${command}; echo "done $!"\n`);
    return String((await printed)[0]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, "close");
    this.#child.stdin?.end("kill $! 2> /dev/null\n");
    await ended;
  }
}

interface Stage {
  readonly path: string;
  readonly writers: OtherWriters;
  readonly shell: Shell;
  /** Was there before the file was made. */
  readonly older: Shell;
  readonly clock: FakeClock;
  readonly isOpen: () => Promise<boolean>;
}

/** A file that the shell has made as its descriptor 3 and has written to. */
async function withFile(work: (stage: Stage) => Promise<void>): Promise<void> {
  await using folder = await tempDir();
  const path = join(folder.path, "f");
  await using shell = new Shell();
  await using older = new Shell();
  await shell.does("true");
  await older.does("true");
  const clock = new FakeClock();
  const writers = new OtherWriters({ clock, mount: { mountPoint: "" } });
  writers.opened(HANDLE, { path });
  await shell.does(`exec 3> ${path}; echo one >&3`);
  await writers.changes(HANDLE, path);
  const isOpen = async (): Promise<boolean> =>
    await writers.isOpenForWriting(HANDLE, { path }, neverAborted);
  await work({ path, writers, shell, older, clock, isOpen });
}

describe("a file that was made a moment ago", () => {
  it("is open while its maker has a descriptor of it", async () => {
    await withFile(async ({ shell, isOpen }) => {
      expect(await isOpen()).toBe(true);
      await shell.does("exec 4>&3; exec 3>&-");
      expect(await isOpen()).toBe(true);
      await shell.does("exec 4>&-");
      expect(await isOpen()).toBe(false);
    });
  });

  it("is open while a process that inherited it runs", async () => {
    await withFile(async ({ shell, isOpen }) => {
      await shell.does("sleep 600 >&3 2> /dev/null & exec 3>&-");
      expect(await isOpen()).toBe(true);
      await shell.does("kill $!; wait $! 2> /dev/null");
      expect(await isOpen()).toBe(false);
    });
  });

  it("is open when an older process has opened it too", async () => {
    await withFile(async ({ path, writers, shell, older, isOpen }) => {
      await older.does(`exec 3>> ${path}`);
      writers.opened(HANDLE + 1, { path }, constants.O_WRONLY | constants.O_APPEND);
      await shell.does("exec 3>&-");
      expect(await isOpen()).toBe(true);
      await older.does("exec 3>&-");
      expect(await isOpen()).toBe(false);
    });
  });

  it("is not open for writing when it is only read", async () => {
    await withFile(async ({ shell, isOpen }) => {
      await shell.does("exec 4< /proc/$$/fd/3; exec 3>&-");
      expect(await isOpen()).toBe(false);
    });
  });
});

describe("a file that was made long ago", () => {
  it("is searched for in every process", async () => {
    await withFile(async ({ shell, clock, isOpen }) => {
      clock.advance(60_000);
      expect(await isOpen()).toBe(true);
      await shell.does("exec 3>&-");
      expect(await isOpen()).toBe(false);
    });
  });
});

describe("a mapping of a file", () => {
  it.each([
    ["has it open for writing, when it may be written", "write", true],
    ["does not, when it is only read", "read", false],
  ])("%s", async (_what, access, expected) => {
    await using folder = await tempDir();
    const path = join(folder.path, "f");
    const writers = new OtherWriters({ clock: new FakeClock(), mount: { mountPoint: "" } });
    const child = spawn("python3", [MAP_FILE, path, access], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    try {
      await once(child.stdout, "data");
      expect(await writers.isOpenForWriting(HANDLE, { path }, neverAborted)).toBe(expected);
    } finally {
      child.stdin.end();
      await once(child, "exit");
    }
    expect(await writers.isOpenForWriting(HANDLE, { path }, neverAborted)).toBe(false);
  });
});
