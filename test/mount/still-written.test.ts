import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { type CommandOutcome, runCommand } from "../helpers/run-command.ts";
import { ShellSession } from "../helpers/shell-session.ts";

/*
 * A file is open for writing when its app result is completed, or its mount is unmounted. A complete file in BaseSpace
 * cannot be changed, so it must not be completed before its writer has closed it.
 */

const RESULTS = "projects/Phage lambda/appresults";
const MIB = 1024 * 1024;
const MAP_FILE = fileURLToPath(new URL("../fuse/programs/map-file.py", import.meta.url));

let product: Product;
let result: string;
let files: string;
let count = 0;
/** The process of the mount that was made last. */
let mountPid = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

async function mount(): Promise<CommandOutcome> {
  const outcome = await product.bsmount(["mount", product.mountPoint]);
  mountPid = Number(/process (\d+)/.exec(outcome.stdout)?.[1]);
  return outcome;
}

/** An app result of its own for every test, in a mount that is left as it was unless the test is about its end. */
beforeEach(async () => {
  result = `written ${(count += 1)}`;
  files = `${product.mountPoint}/${RESULTS}/${result}/files`;
  if (!(await isMounted())) expect(await mount()).toMatchObject({ code: 0 });
  await mkdir(`${product.mountPoint}/${RESULTS}/${result}`);
});

async function bsmount(...args: string[]): Promise<CommandOutcome> {
  return await product.bsmount(args);
}

/** The complete files in BaseSpace, with their sizes, by a look that has nothing to do with the mount. */
async function remote(): Promise<Readonly<Record<string, number>>> {
  return (await remoteResult(product.emulator, result)).files;
}

/** The same of the newest version of each. */
async function newest(): Promise<Record<string, number>> {
  return Object.fromEntries(Object.entries(await remote()).filter(([name]) => !name.includes("~")));
}

async function sessionStatus(): Promise<string> {
  return (await remoteResult(product.emulator, result)).status;
}

async function isRunning(pid: number): Promise<boolean> {
  return !(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z")).includes(") Z");
}

async function isMounted(): Promise<boolean> {
  return (await readFile("/proc/self/mountinfo", "utf8")).includes(` ${product.mountPoint} `);
}

async function ended(pid: number): Promise<void> {
  await expect.poll(async () => await isRunning(pid), { timeout: 60_000 }).toBe(false);
}

interface Staged {
  readonly state: string;
  /** As the journal says. */
  readonly content: string;
  readonly why?: string;
  readonly file: string;
  readonly sizeBytes: number;
  readonly belongsTo: string;
}

/** What `bsmount uploads list` shows of this test's result. */
async function staged(): Promise<readonly Staged[]> {
  const { stdout } = await bsmount("uploads", "list", "--json");
  const all = JSON.parse(stdout) as Staged[];
  return all.filter(({ belongsTo }) => belongsTo.includes(`/${result}/`));
}

/** A shell that writes 12 MiB of a file `x`, and has it open. */
async function writing(): Promise<ShellSession> {
  const shell = new ShellSession();
  const { code, output } = await shell.run(
    `exec 9>'${files}/x'; head -c ${12 * MIB} /dev/zero >&9; head -c 0 /dev/null >&9`,
  );
  expect([code, output]).toEqual([0, ""]);
  return shell;
}

/** Writes the rest and closes the file, which is in BaseSpace then, once and whole. */
async function goesOn(shell: ShellSession): Promise<void> {
  const { code, output } = await shell.run(`head -c ${18 * MIB} /dev/zero >&9 && exec 9>&-`);
  expect([code, output]).toEqual([0, ""]);
  expect(await remote()).toEqual({ x: 30 * MIB });
}

describe("an app result with a file open for writing", () => {
  it.each([["complete"], ["abort"], ["needs-attention"]])(
    "[W13] takes no %s: the file and the process are named, nothing is finished, no status is sent",
    async (command) => {
      await using shell = await writing();
      const { code, stderr } = await bsmount(command, `${product.mountPoint}/${RESULTS}/${result}`);
      expect(code).toBe(3);
      expect(stderr).toContain(
        `/${RESULTS}/${result}/files/x (${shell.pid} bash) is open for writing`,
      );
      expect([await remote(), await sessionStatus()]).toEqual([{}, "Running"]);
      await goesOn(shell);
      expect(await bsmount(command, `${product.mountPoint}/${RESULTS}/${result}`)).toMatchObject({
        code: 0,
      });
    },
  );

  it("[W13] returns EBUSY for its status attribute", async () => {
    await using shell = await writing();
    const set = `setfattr -n user.basespace.status -v complete '${RESULTS}/${result}'`;
    expect(await product.shell(set)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Device or resource busy"),
    });
    expect([await remote(), await sessionStatus()]).toEqual([{}, "Running"]);
    await goesOn(shell);
    expect(await product.shell(set)).toMatchObject({ code: 0 });
    expect(await sessionStatus()).toBe("Complete");
  });

  it.each([
    ["a child inherited it", `coproc { read -r; } >'F/x'; sleep 0.2`, "exec {COPROC[1]}>&-; wait"],
    ["nothing was written yet", `exec 9>'F/x'`, "exec 9>&-"],
    ["it was complete and is to be appended to", `echo 1 >'F/x'; exec 9>>'F/x'`, "exec 9>&-"],
    ["it is opened for reading and writing", `echo 1 >'F/x'; exec 9<>'F/x'`, "exec 9>&-"],
    ["it has a temporary name", `exec 9>'F/x.tmp'; echo 1 >&9`, "mv 'F/x.tmp' 'F/x'; exec 9>&-"],
    [
      "it is mapped, and no descriptor is left",
      `coproc python3 '${MAP_FILE}' 'F/x' write; read -ru \${COPROC[0]}`,
      "exec {COPROC[1]}>&-; wait",
    ],
  ])("[W13] cannot be completed while %s", async (_what, open, close) => {
    await using shell = new ShellSession();
    const run = async (text: string): Promise<void> => {
      expect(await shell.run(text.replaceAll("F/", `${files}/`))).toMatchObject({ output: "" });
    };
    await run(open);
    const path = `${product.mountPoint}/${RESULTS}/${result}`;
    const { code, stderr } = await bsmount("complete", path);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/files\/x.* open for writing/)]);
    expect(await sessionStatus()).toBe("Running");
    await run(close);
    expect(await bsmount("complete", path)).toMatchObject({ code: 0, stderr: "" });
    expect(Object.keys(await remote())).toEqual(["x"]);
  });

  it("[W13] cannot be completed from beside the mount", async () => {
    await using shell = await writing();
    const path = `bs:/${RESULTS}/${result}`;
    const { code, stderr } = await bsmount("complete", path);
    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining(`${files}/x (${shell.pid} bash) is open for writing`),
    ]);
    await shell.run(`exec 9>&-; echo 1 > '${files}/y.tmp'`);
    expect(await bsmount("complete", path)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`not uploaded yet: ${files}/y.tmp`),
    });
    await shell.run(`mv '${files}/y.tmp' '${files}/y'`);
    expect(await bsmount("complete", path)).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual({ x: 12 * MIB, y: 2 });
  });

  describe("of another mount", () => {
    let other: string;
    beforeEach(async () => {
      other = product.dir.join(`other ${count}`);
      await mkdir(other);
      return async () => {
        await bsmount("unmount", "--lazy", other);
      };
    });

    const inOther = (): string => `${other}/${RESULTS}/${result}`;
    const setStatus = async (path: string): Promise<CommandOutcome> =>
      await runCommand("setfattr", ["-n", "user.basespace.status", "-v", "complete", path]);

    it.each<[string, readonly string[], (path: string) => Promise<CommandOutcome>, RegExp]>([
      ["complete", [], async (path) => await bsmount("complete", path), /x \(\d+ bash\) is open/],
      ["its attribute", [], setStatus, /resource busy/],
      [
        "complete, with a state folder of its own",
        ["--state-dir", "STATE"],
        async (path) => await bsmount("complete", path),
        /x \(\d+ bash\) is open/,
      ],
    ])("[W13] cannot be ended there by %s", async (_how, args, end, problem) => {
      const given = args.map((arg) => (arg === "STATE" ? product.dir.join("state 2") : arg));
      expect(await bsmount("mount", other, ...given)).toMatchObject({ code: 0 });
      await using shell = await writing();
      const { code, stderr } = await end(inOther());
      expect([code, stderr]).toEqual([code === 1 ? 1 : 3, expect.stringMatching(problem)]);
      expect(await sessionStatus()).toBe("Running");
      await goesOn(shell);
      expect(await end(inOther())).toMatchObject({ code: 0 });
    });

    it.each<[string, () => Promise<CommandOutcome>]>([
      ["from beside", async () => await bsmount("complete", `bs:/${RESULTS}/${result}`)],
      ["through the mount in its place", async () => await bsmount("complete", inPlace())],
      ["through another mount", async () => await bsmount("complete", inOther())],
    ])("[W13] cannot be completed %s while a detached mount serves its writer", async (_h, end) => {
      expect(await bsmount("mount", other)).toMatchObject({ code: 0 });
      await using shell = await writing();
      const pid = mountPid;
      expect(await bsmount("unmount", "--lazy", product.mountPoint)).toMatchObject({ code: 3 });
      expect((await bsmount("status")).stdout).toContain("detached: it serves open files");
      expect(await mount()).toMatchObject({ code: 0, stderr: "" });
      expect(await end()).toMatchObject({ code: 3, stderr: expect.stringMatching(/files\/x/) });
      expect([await remote(), await sessionStatus()]).toEqual([{}, "Running"]);
      await goesOn(shell);
      await ended(pid);
      expect((await bsmount("status")).stdout).not.toContain("detached");
      expect(await end()).toMatchObject({ code: 0, stderr: "" });
    });

    const inPlace = (): string => `${product.mountPoint}/${RESULTS}/${result}`;

    it("is in the list of files that are not in BaseSpace, whatever its state folder", async () => {
      const state = product.dir.join(`state ${count}`);
      expect(await bsmount("mount", other, "--state-dir", state)).toMatchObject({ code: 0 });
      await using shell = new ShellSession();
      await shell.run(`exec 9>'${inOther()}/files/z'; echo 1 >&9`);
      expect(await staged()).toMatchObject([{ state: "live", sizeBytes: 2 }]);
      await shell.run("exec 9>&-");
      expect(await staged()).toEqual([]);
      const { stdout } = await bsmount("uploads", "list");
      expect(stdout).toMatch(
        /^everything that was written is in BaseSpace, according to .* and .*/,
      );
    });
  });

  it("[W13] is not taken for written because a close has only just returned", async () => {
    await using shell = new ShellSession();
    const path = `${product.mountPoint}/${RESULTS}/${result}`;
    const bin = `${process.execPath} dist/cli/main.js`;
    for (let at = 0; at < 5; at += 1) {
      expect(await shell.run(`head -c 100000 /dev/zero > '${files}/${at}'`)).toMatchObject({
        code: 0,
      });
      expect(await bsmount("needs-attention", path), bin).toMatchObject({ code: 0, stderr: "" });
    }
  });
});

describe("a mount with a file open for writing", () => {
  it("[W14] refuses to be unmounted, and is as it was", async () => {
    await using shell = await writing();
    const { code, stderr } = await bsmount("unmount", product.mountPoint);
    expect(code).toBe(1);
    expect(stderr).toContain(`is in use by ${shell.pid} (bash: file ${files}/x)`);
    expect([await remote(), await isMounted()]).toEqual([{}, true]);
    await goesOn(shell);
    expect(await bsmount("unmount", product.mountPoint)).toMatchObject({ code: 0, stderr: "" });
  });

  it.each<[string, (pid: number) => Promise<{ code: number | null; stderr: string }>, number]>([
    [
      "bsmount unmount --lazy",
      async () => await bsmount("unmount", "--lazy", product.mountPoint),
      3,
    ],
    [
      "fusermount3 -uz",
      async () => await runCommand("fusermount3", ["-uz", product.mountPoint]),
      0,
    ],
    ["umount -l", async () => await runCommand("umount", ["-l", product.mountPoint]), 0],
    ["two signals", async (pid) => await signals(pid, 2), 0],
  ])(
    "[W14] serves it to its end when it is detached by %s, and then ends",
    async (_how, detach, expected) => {
      await using shell = await writing();
      // Of two processes with one file the first to close must not finish it, detached or not.
      await shell.run(`exec 8>'${files}/y'; echo one >&8`);
      const pid = mountPid;
      const { code, stderr } = await detach(pid);
      expect(code).toBe(expected);
      if (expected === 3) {
        expect(stderr).toContain("still open for writing, and uploaded when closed: ");
        expect(stderr).toContain(`/${result}/files/x (${shell.pid} bash)`);
      }
      await expect.poll(isMounted, { timeout: 30_000 }).toBe(false);
      expect(await isRunning(pid)).toBe(true);
      await shell.run("/bin/echo two >&8; (exec 9>&-; /bin/true 8>&- ); sleep 1");
      expect(await remote()).toEqual({});
      expect(await shell.run("exec 8>&-")).toMatchObject({ code: 0, output: "" });
      expect(await remote()).toEqual({ y: 8 });
      const { code: closed } = await shell.run(`head -c ${18 * MIB} /dev/zero >&9 && exec 9>&-`);
      expect(closed).toBe(0);
      expect(await remote()).toEqual({ x: 30 * MIB, y: 8 });
      await ended(pid);
      expect(await staged()).toEqual([]);
    },
  );

  it.each<[string, string, string, Record<string, number>]>([
    [
      "is written through a mapping",
      `coproc python3 '${MAP_FILE}' 'F/x' write; read -ru \${COPROC[0]}`,
      "exec {COPROC[1]}>&-; wait",
      { x: 4096 },
    ],
    ["is empty", "exec 9>'F/x'", "exec 9>&-", { x: 0 }],
    ["is appended to", "echo 1 >'F/x'; exec 9>>'F/x'; echo 2 >&9", "exec 9>&-", { x: 4 }],
  ])(
    "[W14] finishes, detached, what %s and is the last to be closed",
    async (_what, open, close, all) => {
      await using shell = new ShellSession();
      const run = async (text: string): Promise<void> => {
        expect(await shell.run(text.replaceAll("F/", `${files}/`))).toMatchObject({ output: "" });
      };
      await run(open);
      const pid = mountPid;
      expect(await bsmount("unmount", "--lazy", product.mountPoint)).toMatchObject({ code: 3 });
      await run(close);
      await ended(pid);
      expect(await staged()).toEqual([]);
      expect(await newest()).toEqual(all);
    },
  );

  it("[W14] finishes a file, detached, although the same path is written in the mount that replaced it", async () => {
    await using shell = await writing();
    const pid = mountPid;
    expect(await bsmount("unmount", "--lazy", product.mountPoint)).toMatchObject({ code: 3 });
    expect(await mount()).toMatchObject({ code: 0 });
    await using other = new ShellSession();
    await other.run(`exec 8>'${files}/x'; echo other >&8`);
    expect(await shell.run("exec 9>&-")).toMatchObject({ code: 0, output: "" });
    expect(await remote()).toEqual({ x: 12 * MIB });
    await ended(pid);
    expect(await other.run("exec 8>&-")).toMatchObject({ code: 0, output: "" });
    expect(await newest()).toEqual({ x: 6 });
  });

  it("[W14] frees its mount point for another mount while it serves open files", async () => {
    await using shell = await writing();
    const pid = mountPid;
    expect(await bsmount("unmount", "--lazy", product.mountPoint)).toMatchObject({ code: 3 });
    expect(await mount()).toMatchObject({ code: 0, stderr: "" });
    expect(await product.shell(`echo new > '${files}/z'`)).toMatchObject({ code: 0 });
    expect(await staged()).toMatchObject([{ state: "live", sizeBytes: 12 * MIB }]);
    await shell.run(`head -c ${18 * MIB} /dev/zero >&9 && exec 9>&-`);
    await ended(pid);
    expect(await remote()).toEqual({ x: 30 * MIB, z: 4 });
  });

  it.each<[string, (pid: number) => Promise<unknown>]>([
    ["a third signal", async (pid) => await signals(pid, 3)],
    ["kill -9", async (pid) => process.kill(pid, "SIGKILL")],
  ])(
    "[W15] keeps it staged when its process is ended by %s, and the next mount says so",
    async (_how, end) => {
      await using shell = await writing();
      await product.shell(`head -c 100000 /dev/zero > '${files}/done'`);
      await shell.run(`exec 8>'${files}/y.tmp'; echo one >&8; exec 8>&-`);
      // The kernel reports a last close some time after it.
      await expect.poll(async () => (await staged())[1]?.content, { timeout: 9000 }).toBe("closed");
      await end(mountPid);
      const { code } = await shell.run(`head -c 1M /dev/zero >&9 && exec 9>&-`);
      expect(code).not.toBe(0);
      await bsmount("unmount", "--lazy", product.mountPoint);
      expect(await remote()).toEqual({ done: 100_000 });
      const belongsTo = (name: string): string => `/${RESULTS}/${result}/files/${name}`;
      const { code: mounted, stderr } = await mount();
      expect([mounted, stderr]).toEqual([0, expect.stringContaining("bsmount uploads list")]);
      const left = await staged();
      expect(left.map((file) => [file.content, file.sizeBytes, file.belongsTo])).toEqual([
        ["interrupted", 12 * MIB, belongsTo("x")],
        ["closed", 4, belongsTo("y.tmp")],
      ]);
      const compared = await product.shell(`cmp '${files}/x' <(head -c 12M /dev/zero)`);
      expect(compared).toMatchObject({ code: 0, stdout: "", stderr: "" });
      // What BaseSpace has does not stay on the disk.
      const folder = left[0]?.file.replace(/\/\d+$/, "") ?? "";
      expect((await readdir(folder)).length).toBe(3);
      expect(await product.shell(`rm '${files}/x' '${files}/y.tmp'`)).toMatchObject({ code: 0 });
      expect(await readdir(folder)).toEqual(["journal"]);
    },
  );

  it("[W15] keeps its result from being completed, until it is at its place or removed", async () => {
    await using shell = await writing();
    await shell.run(`exec 8>'${files}/y'; echo one >&8`);
    process.kill(mountPid, "SIGKILL");
    expect(await bsmount("unmount", "--lazy", product.mountPoint)).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/left 2 files behind that BaseSpace does not have/),
    });
    const inBaseSpace = `bs:/${RESULTS}/${result}`;
    const refused = async (path: string, why: RegExp): Promise<void> => {
      const stderr: unknown = expect.stringMatching(why);
      expect(await bsmount("complete", path)).toMatchObject({ code: 3, stderr });
    };
    await refused(inBaseSpace, /files\/x.*files\/y.*never uploaded/s);
    const [x] = await staged();
    const copied = await bsmount("cp", "-T", x?.file ?? "", `${inBaseSpace}/files/x`);
    expect(copied).toMatchObject({ code: 0 });
    await refused(inBaseSpace, /wrote [^,]*files\/y, .*\n {2}try: bsmount uploads resume --interr/);
    expect(await mount()).toMatchObject({ code: 0 });
    // What is at its place already is not uploaded again, and hides nothing.
    expect((await staged())[0]?.why).toMatch(/^final: BaseSpace has a newer version of it; /);
    const path = `${product.mountPoint}/${RESULTS}/${result}`;
    await refused(path, /files\/y was interrupted.*--upload-interrupted/s);
    expect(await sessionStatus()).toBe("Running");
    expect(await product.shell(`rm '${files}/y'`)).toMatchObject({ code: 0 });
    expect(await bsmount("complete", path)).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual({ x: 12 * MIB });
    await rm(x?.file ?? "");
  });

  /** Sends this many signals, each after the one before has taken effect, since pending signals of one kind merge. */
  async function signals(pid: number, times: number): Promise<{ code: number; stderr: string }> {
    const log = product.mountPoint.slice(1).replaceAll("/", "-");
    const logged = async (text: string): Promise<number> =>
      (await readFile(product.dir.join(`state/bsmount/log/${log}.log`), "utf8")).split(text).length;
    const effects = ["a second signal detaches the mount", "; a third signal ends it"];
    for (const effect of effects.slice(0, times)) {
      const before = await logged(effect);
      process.kill(pid, "SIGTERM");
      await expect.poll(async () => await logged(effect), { timeout: 30_000 }).toBe(before + 1);
    }
    if (times > effects.length) {
      process.kill(pid, "SIGTERM");
      await ended(pid);
    }
    return { code: 0, stderr: "" };
  }
});
