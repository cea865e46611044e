import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { MountStatus } from "../../src/mount/mount-status.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { type CommandOutcome, runCommand } from "../helpers/run-command.ts";
import { ShellSession } from "../helpers/shell-session.ts";

/*
 * `--complete-on-unmount`: a result that is Complete takes no more files, for ever. So what is not completed matters
 * most. All tests ask the same BaseSpace by its API.
 */

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const RESULTS = "projects/Phage lambda/appresults";
/** What the end of a mount may take on a busy machine. */
const ENDS = { timeout: 20_000 };

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});
afterEach(async () => {
  await product.bsmount(["unmount", "--lazy", product.mountPoint]);
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

async function mount(...args: readonly string[]): Promise<void> {
  const { mountPoint } = product;
  const mounted = await product.bsmount(["mount", mountPoint, "--complete-on-unmount", ...args]);
  expect(mounted).toMatchObject({ code: 0 });
}

async function unmount(...args: readonly string[]): Promise<CommandOutcome> {
  return await product.bsmount(["unmount", product.mountPoint, ...args]);
}

async function signalMount(signal: NodeJS.Signals): Promise<void> {
  const { stdout } = await product.bsmount(["status", "--json"]);
  const [status] = JSON.parse(stdout) as readonly MountStatus[];
  process.kill(status?.pid ?? 0, signal);
}

async function write(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    const made = await product.shell(
      `mkdir -p '${name}' && echo ${name} > '${name}/files/f'`,
      RESULTS,
    );
    expect(made).toMatchObject({ code: 0 });
  }
}

async function mkdir(name: string, ...args: readonly string[]): Promise<void> {
  const made = await product.bsmount(["mkdir", `bs:/${RESULTS}/${name}`, ...args]);
  expect(made).toMatchObject({ code: 0 });
}

async function statusesOf(names: readonly string[]): Promise<Record<string, string>> {
  const statuses: Record<string, string> = {};
  for (const name of names) statuses[name] = (await remoteResult(product.emulator, name)).status;
  return statuses;
}

it("[W30] unmount completes the results that were made or written on the mount, and says which it leaves", async () => {
  for (const name of ["written", "read", "marked", "elsewhere", "cut"]) await mkdir(name);
  await mkdir("joined", "--session", `bs:/${RESULTS}/elsewhere`);
  await mount();
  await write("made", "written", "marked", "joined");
  await product.shell("mkdir empty; ls read/files; cat marked/files/f", RESULTS);
  await product.shell(`bash -c 'exec 3> cut/files/f; echo x >&3; kill -9 $$'`, RESULTS);
  await product.bsmount(["needs-attention", `bs:/${RESULTS}/marked`]);
  const { code, stdout, stderr } = await unmount();
  expect([code, stdout.split("\n").toSorted()]).toEqual([
    3,
    ["", ...["empty", "made", "written"].map((name) => `/${RESULTS}/${name} is Complete`)],
  ]);
  const why = stderr.match(/^.*was not completed: .*$/gm)?.toSorted();
  expect(why).toEqual([
    expect.stringMatching(/\/cut was not completed: .*cut\/files\/f was interrupted/),
    expect.stringMatching(
      /\/joined was not completed: .* not made or written on this mount: elsew/,
    ),
    expect.stringMatching(/\/marked was not completed: marked is NeedsAttention/),
  ]);
  expect(await statusesOf(["empty", "made", "written", "read", "joined", "cut", "marked"])).toEqual(
    {
      empty: "Complete",
      made: "Complete",
      written: "Complete",
      read: "Running",
      joined: "Running",
      cut: "Running",
      marked: "NeedsAttention",
    },
  );
  const discarded = await product.bsmount(["uploads", "discard", "--yes", `bs:/${RESULTS}/cut`]);
  expect(discarded).toMatchObject({ code: 0 });
});

it("[W30] a result is left when BaseSpace does not say which others are in its session", async () => {
  await mkdir("others");
  await mkdir("unsure", "--session", `bs:/${RESULTS}/others`);
  await mount();
  await product.faults("GET /appsessions/*/appresults status=403");
  await write("unsure");
  const { code, stderr } = await unmount();
  await product.faults();
  expect([code, stderr]).toEqual([
    3,
    expect.stringMatching(/unsure was not completed: BaseSpace does not list which app results/),
  ]);
  expect(await statusesOf(["others", "unsure"])).toEqual({ others: "Running", unsure: "Running" });
});

it("[W30] SIGTERM and fusermount -u complete them too, after the last uploads, and results of one session together", async () => {
  for (const [names, end] of [
    [["a1", "a2"], async () => await signalMount("SIGTERM")],
    [["b1", "b2"], async () => await runCommand("fusermount3", ["-u", product.mountPoint])],
  ] as const) {
    const [first, second] = names;
    await mkdir(first);
    await mount("--write-mode", "back", "--result-session", `bs:/${RESULTS}/${first}`);
    await product.faults("POST /appresults/*/files delay=1s");
    await write(first, second);
    await end();
    const complete = { [first]: "Complete", [second]: "Complete" };
    await expect.poll(async () => await statusesOf(names), ENDS).toEqual(complete);
    for (const name of names) {
      const { files } = await remoteResult(product.emulator, name);
      expect(files).toEqual({ f: 3 });
    }
    await product.faults();
  }
});

it("[W30] Ctrl-C of a mount in the foreground does it as well, and its exit code says what was left", async () => {
  for (const [name, isMarked, code] of [
    ["c1", false, 0],
    ["c2", true, 3],
  ] as const) {
    const args = [CLI, "mount", "-f", product.mountPoint, "--complete-on-unmount"];
    const env = { ...process.env, ...product.environment };
    const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "ignore"] });
    const ended = once(child, "exit");
    let printed = "";
    child.stdout.on("data", (bytes: Buffer) => (printed += bytes.toString()));
    try {
      await expect.poll(() => printed, ENDS).toContain("Ctrl-C unmounts");
      await write(name);
      if (isMarked) await product.bsmount(["needs-attention", `bs:/${RESULTS}/${name}`]);
      child.kill("SIGINT");
      expect(await ended).toEqual([code, null]);
    } finally {
      child.kill("SIGKILL");
    }
    expect(await statusesOf([name])).toEqual({ [name]: isMarked ? "NeedsAttention" : "Complete" });
  }
});

it("[W30] a killed or detached mount completes nothing, nor does the next one, until the result is used again", async () => {
  await mount();
  await write("killed");
  await signalMount("SIGKILL");
  await product.bsmount(["unmount", "--lazy", product.mountPoint]);
  await mount();
  await write("detached");
  const detached = await unmount("--lazy");
  expect([detached.code, detached.stderr]).toEqual([
    3,
    expect.stringMatching(/detached was not completed: the mount was detached/),
  ]);
  await mount();
  await product.shell("cat killed/files/f detached/files/f", RESULTS);
  expect(await unmount()).toMatchObject({ code: 0, stdout: "" });
  const both = ["killed", "detached"];
  expect(await statusesOf(both)).toEqual({ killed: "Running", detached: "Running" });
  await mount();
  await product.shell("echo more > killed/files/g; echo more > detached/files/f", RESULTS);
  expect(await unmount()).toMatchObject({ code: 0 });
  expect(await statusesOf(both)).toEqual({ killed: "Complete", detached: "Complete" });
});

it("[W30] in write mode commit a signal commits and completes nothing, and unmount does both", async () => {
  await mount("--write-mode", "commit");
  await write("committed");
  await signalMount("SIGTERM");
  const log = async (): Promise<string> => (await product.bsmount(["uploads", "list"])).stdout;
  await expect.poll(log, ENDS).toMatch(/left behind.*committed\/files\/f/);
  expect(await remoteResult(product.emulator, "committed")).toEqual({
    status: "Running",
    files: {},
  });
  await mount("--write-mode", "commit");
  await product.shell("echo more > committed/files/g", RESULTS);
  expect(await unmount()).toMatchObject({ code: 0 });
  expect(await remoteResult(product.emulator, "committed")).toEqual({
    status: "Complete",
    files: { f: 10, g: 5 },
  });
});

it("[W13] a result cannot be completed while a file is open in another one of its session", async () => {
  await mkdir("busy");
  await mkdir("idle", "--session", `bs:/${RESULTS}/busy`);
  await mount();
  await using shell = new ShellSession();
  const folder = `${product.mountPoint}/${RESULTS}`;
  await shell.run(`exec 9>'${folder}/busy/files/x'; echo 1 >&9`);
  const { code, stderr } = await product.bsmount(["complete", `${folder}/idle`]);
  expect([code, stderr]).toEqual([
    3,
    expect.stringContaining(
      `cannot make idle Complete: /${RESULTS}/busy/files/x (${shell.pid} bash) is open for writing`,
    ),
  ]);
  const set = ["-n", "user.basespace.status", "-v", "complete", `${folder}/idle`];
  expect((await runCommand("setfattr", set)).stderr).toContain("Device or resource busy");
  expect(await statusesOf(["busy", "idle"])).toEqual({ busy: "Running", idle: "Running" });
  await shell.run("exec 9>&-");
  expect(await product.bsmount(["complete", `${folder}/idle`])).toMatchObject({ code: 0 });
  expect(await statusesOf(["busy", "idle"])).toEqual({ busy: "Complete", idle: "Complete" });
});
