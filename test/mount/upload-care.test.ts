import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { type CommandOutcome, runShell } from "../helpers/run-command.ts";
import { openTerminal } from "../helpers/terminal.ts";

/* What a user can do about files that BaseSpace does not have yet, while their mount is live. */

const RESULTS = "projects/Phage lambda/appresults";
const REFUSED = "POST /appresults/*/files status=400";

let product: Product;
let result: string;
let count = 0;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => await product?.[Symbol.asyncDispose]());

beforeEach(async () => {
  result = `care ${(count += 1)}`;
  await mkdir(`${product.mountPoint}/${RESULTS}/${result}`);
});

/** No test leaves anything to the next one. */
afterEach(async () => {
  await product.faults();
  await shell("shopt -s dotglob; rm -rf *");
});

async function uploads(...args: string[]): Promise<CommandOutcome> {
  return await product.bsmount(["uploads", ...args]);
}

const shell = async (script: string): Promise<CommandOutcome> =>
  await product.shell(script, `${RESULTS}/${result}/files`);

/** Writes files whose uploads fail. */
async function failed(...names: readonly string[]): Promise<void> {
  await product.faults(REFUSED);
  for (const name of names) expect((await shell(`cp /proc/version '${name}'`)).code).toBe(1);
  await product.faults();
}

/** Has a file open for writing until the test makes the file `stop`; makes `ready` before. */
async function writeUntilStopped(name: string): Promise<CommandOutcome> {
  const stop = product.dir.join("stop");
  await rm(stop, { force: true });
  const wait = `while [ ! -e '${stop}' ]; do sleep 0.1; done`;
  return await shell(`exec 9> '${name}'; echo x >&9; echo y > ready; ${wait}`);
}

/** As the mount shows it. */
const shown = (name: string): string => `/${RESULTS}/${result}/files/${name}`;

const remote = async (): Promise<readonly string[]> =>
  Object.keys((await remoteResult(product.emulator, result)).files);

/** The lines of a file in `.bsmount`; the kernel caches its size for a second. */
async function ownLines(name: string): Promise<readonly string[]> {
  const text = await product.shell(`cat .bsmount/${name}`);
  expect(text.code).toBe(0);
  return text.stdout.split("\n");
}

const version = async (): Promise<string> => await readFile("/proc/version", "utf8");

describe("bsmount uploads wait", () => {
  it("[W22] returns when BaseSpace has what is being written and uploaded", async () => {
    const writing = writeUntilStopped("slow");
    await expect.poll(remote, { timeout: 30_000 }).toContain("ready");
    const waiting = uploads("wait");
    setTimeout(() => void writeFile(product.dir.join("stop"), ""), 2000);
    const waited = await waiting;
    expect(waited).toMatchObject({
      code: 0,
      stdout: "everything that was written is in BaseSpace\n",
      stderr: expect.stringMatching(/^waiting for 1 upload, \d+ B left\n$/),
    });
    expect(await remote()).toContain("slow");
    await writing;
  });

  it("[W22] exits with 1 for a failed upload, 3 for what nothing would finish, and at the time limit", async () => {
    await shell("echo x > a.tmp");
    expect(await uploads("wait", `${product.mountPoint}/${RESULTS}/${result}`)).toMatchObject({
      code: 3,
      stderr: `bsmount: warning: not uploaded: ${shown("a.tmp")} (its name is a temporary one: rename it)\n`,
    });
    await failed("b");
    const both = await uploads("wait", "--json");
    expect(both.code).toBe(1);
    expect(both.stderr).toMatch(new RegExp(`not uploaded: ${shown("b")} \\(.*400`));
    const listed = JSON.parse(both.stdout) as { path: string; outcome: string }[];
    expect(listed.map(({ path, outcome }) => [path, outcome])).toEqual([
      [shown("a.tmp"), "awaiting rename"],
      [shown("b"), "failed"],
    ]);
    const open = writeUntilStopped("open");
    await expect.poll(remote, { timeout: 30_000 }).toContain("ready");
    expect(await uploads("wait", `bs:${shown("open")}`, "--timeout", "500ms")).toMatchObject({
      code: 3,
      stderr: expect.stringContaining(`not uploaded yet: ${shown("open")} (being written)`),
    });
    // Nothing else at this path is waited for.
    expect((await uploads("wait", shown("other"))).code).toBe(0);
    await writeFile(product.dir.join("stop"), "");
    await open;
  });
});

describe("bsmount uploads retry", () => {
  it("[W23] tries failed uploads again, all or those that a path names in any form", async () => {
    const { Id } = await firstResult();
    const forms = [
      `${product.mountPoint}${shown("f0")}`,
      `bs:${shown("f1")}`,
      shown("f2"),
      `${product.mountPoint}/projects/1001/appresults/${Id}/files/f3`,
    ];
    await failed("f0", "f1", "f2", "f3", "f4", "f5");
    const { stdout: list } = await uploads("list", "--json");
    const staged = JSON.parse(list) as { file: string; path: string; upload: string }[];
    expect(staged.map(({ upload }) => upload)).toEqual(Array(6).fill("failed"));
    forms.push(staged.find(({ path }) => path === "f4")?.file ?? "");
    await product.faults(REFUSED);
    expect(await uploads("retry", forms[0] ?? "")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(new RegExp(`not uploaded: ${shown("f0")} \\(.*400`)),
    });
    await product.faults();
    for (const [at, form] of forms.entries()) {
      expect(await uploads("retry", form)).toMatchObject({
        code: 0,
        stdout: `in BaseSpace: ${shown(`f${at}`)}\n`,
        stderr: "",
      });
    }
    const rest = await uploads("retry", "--json");
    expect(JSON.parse(rest.stdout)).toMatchObject([{ path: shown("f5"), outcome: "complete" }]);
    expect((await remote()).length).toBe(6);
    expect((await uploads("retry")).stdout).toBe("no upload has failed\n");
    expect((await uploads("retry", shown("none"))).code).toBe(1);
    expect((await uploads("retry", "none")).code).toBe(2);
  });

  it("[W23] says that a failure is final, and how to keep the bytes", async () => {
    await failed("f");
    await endElsewhere();
    const { code, stderr } = await uploads("retry", shown("f"));
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /not uploaded: .*f \(final: this file can no longer be uploaded: .*Complete or Aborted/,
    );
    expect((await uploads("list")).stdout).toMatch(
      /final: .*\n[^]*uploads export copies its bytes/,
    );
    // So does a close, in the log.
    expect((await shell("cp /proc/version f")).code).toBe(1);
    const log = product.mountPoint.slice(1).replaceAll("/", "-");
    const lines = await readFile(product.dir.join(`state/bsmount/log/${log}.log`), "utf8");
    expect(lines).toMatch(/"flush".*"final: this file can no longer.*"remedy":".*uploads export/);
    const target = product.dir.join("final");
    expect(await uploads("export", shown("f"), target)).toMatchObject({ code: 0 });
    expect(await readFile(target, "utf8")).toBe(await version());
  });
});

describe("bsmount uploads discard", () => {
  it("[W24] asks at a terminal, and elsewhere wants --yes", async () => {
    await failed("f", "g");
    expect(await uploads("discard", shown("f"))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/1 file .*would be lost.*\n {2}try: give --yes/),
    });
    const command = `node '${CLI}' uploads discard 'bs:${shown("f")}'; echo code $?`;
    await using terminal = await openTerminal(command, product.dir, product.environment);
    const screen = async (): Promise<string> => await terminal.screen();
    await expect.poll(screen, { timeout: 15_000 }).toMatch(/f \(.* B, failed\)\nRemove 1 file/);
    await terminal.type("n");
    await expect.poll(screen).toMatch(/nothing was discarded\ncode 1/);
    expect(await uploads("discard", "--yes", "--json", shown("f"), shown("g"))).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/"outcome":"removed".*"outcome":"removed"/),
    });
    expect((await shell("ls -A")).stdout).toBe("");
    expect((await uploads("discard", "--yes", shown("f"))).code).toBe(1);
  });

  it("[W24] takes a path in a mount for that mount alone", async () => {
    const other = await product.newMountPoint();
    expect(await product.bsmount(["mount", other])).toMatchObject({ code: 0 });
    try {
      await product.faults(REFUSED);
      const files = `${other}/${RESULTS}/${result}/files`;
      expect((await runShell("cp /proc/version f", files)).code).toBe(1);
      await product.faults();
      expect((await uploads("discard", "--yes", product.mountPoint + shown("f"))).code).toBe(1);
      expect((await uploads("wait", product.mountPoint + shown("f"))).code).toBe(0);
      expect(await uploads("discard", "--yes", other + shown("f"))).toMatchObject({ code: 0 });
    } finally {
      await product.bsmount(["unmount", "--lazy", other]);
    }
  });

  it("[W24] refuses a file that is open, naming the process", async () => {
    const open = writeUntilStopped("open");
    await expect.poll(remote, { timeout: 30_000 }).toContain("ready");
    expect(await uploads("discard", "--yes", shown("open"))).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(
        /cannot discard: .*files\/open \(\d+ \w+.*\) is open for writing/,
      ),
    });
    await writeFile(product.dir.join("stop"), "");
    await open;
    await expect.poll(remote).toContain("open");
  });

  it("[W24] ends a close that waits, which fails, and the log says why", async () => {
    await product.faults("POST /appresults/*/files delay=60s");
    const began = performance.now();
    const closing = shell("cp /proc/version waits");
    await expect
      .poll(async () => (await uploads("list")).stdout, { timeout: 10_000 })
      .toMatch(/^uploading /m);
    expect(await uploads("discard", "--yes", shown("waits"))).toMatchObject({
      code: 0,
      stdout: `discarded ${shown("waits")}\n`,
      stderr: expect.stringContaining("was being completed"),
    });
    expect((await closing).stderr).toMatch(/Input\/output error/);
    expect(performance.now() - began).toBeLessThan(30_000);
    expect((await shell("ls -A")).stdout).toBe("");
    expect((await ownLines("errors")).at(-2)).toMatch(
      /flush\tEIO\t.*waits\tbsmount uploads discard gave .*waits up\t/,
    );
    expect(await remote()).toEqual([]);
  });
});

describe("bsmount uploads export", () => {
  it("[W24] copies the staged bytes, and overwrites nothing without --force", async () => {
    await failed("f", "odd\u241bname");
    await shell("head -c 9000000 /dev/urandom > big.tmp; mkdir -p sub; cp big.tmp sub/x.tmp");
    const target = product.dir.join("out");
    const { code, stdout } = await uploads(
      "export",
      `${product.mountPoint}/${RESULTS}/${result}/files`,
      target,
    );
    expect(code).toBe(0);
    expect(stdout).toContain("the staged bytes stay: bsmount uploads discard removes them");
    // eslint-disable-next-line no-control-regex
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    const same = `cmp big.tmp '${target}/big.tmp' && cmp sub/x.tmp '${target}/sub/x.tmp' && cmp f '${target}/f'`;
    expect(await shell(same)).toMatchObject({ code: 0 });
    expect((await stat(`${target}/f`)).mode & 0o777).toBe(0o600);
    expect((await runShell(`ls -A '${target}'`, "/")).stdout).toBe(
      Buffer.from("big.tmp\nf\nodd\u241bname\nsub\n").toString("latin1"),
    );
    await writeFile(`${target}/f`, "mine");
    const again = await uploads("export", shown("f"), target);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("exists already") });
    expect(await readFile(`${target}/f`, "utf8")).toBe("mine");
    expect(await uploads("export", "--force", shown("f"), `${target}/f`)).toMatchObject({
      code: 0,
    });
    expect(await readFile(`${target}/f`, "utf8")).toBe(await version());
    expect((await uploads("export", shown("f"))).code).toBe(2);
    expect((await uploads("list")).stdout.match(/^(failed|awaiting rename) /gm)).toHaveLength(4);
  });
});

describe("the directory .bsmount", () => {
  it("[W25] shows what failed and what BaseSpace lacks, right after it happened", async () => {
    // Nobody has looked for a second, so the kernel asks anew.
    await failed("f");
    const errors = await ownLines("errors");
    const [time = "", operation, errno, path, message] = (errors.at(-2) ?? "").split("\t");
    expect([operation, errno, path]).toEqual(["flush", "EIO", shown("f")]);
    expect(message).toMatch(/400 .*request/);
    expect(Date.now() - Date.parse(time)).toBeLessThan(30_000);
    expect(errors.at(-1)).toBe("");
    expect((await ownLines("uploads"))[0]).toMatch(
      new RegExp(`^failed\t\\d+\t0\t${shown("f")}\tPOST .*400`),
    );
    const [listed] = JSON.parse((await ownLines("uploads.json")).join("\n")) as [{ path: string }];
    expect(listed.path).toBe(shown("f"));
    await uploads("retry");
    await expect.poll(async () => await ownLines("uploads"), { timeout: 4000 }).toEqual([""]);
  });

  it("[W25] never shows a part of a line to a reader that polls, though its size changes", async () => {
    const python = [
      "import sys, time, json",
      "end = time.time() + 3",
      "while time.time() < end:",
      "  text = open('.bsmount/uploads.json').read(); json.loads(text)",
      "  lines = open('.bsmount/errors').read()",
      "  assert lines == '' or lines.endswith('\\n'), repr(lines[-50:])",
      "  import os; os.stat('.bsmount/uploads.json'); os.stat('.bsmount/errors')",
    ];
    const script = product.dir.join("poll.py");
    await writeFile(script, python.join("\n"), { mode: 0o600 });
    const polling = product.shell(`python3 '${script}'`);
    await product.faults(REFUSED);
    await shell(
      "for i in $(seq 20); do cp /proc/version many$i; rm -f many$((i - 7)); sleep 0.1; done",
    );
    expect(await polling).toMatchObject({ code: 0, stderr: "" });
    await product.faults();
  });

  it("[W25] is found by name and not listed, and nothing in it can be changed", async () => {
    expect((await product.shell("ls -A; ls .bsmount")).stdout).toBe(
      "projects\nruns\nerrors\nerrors.json\nuploads\nuploads.json\n",
    );
    const { stderr } = await product.shell(
      "echo x > .bsmount/errors; rm .bsmount/uploads; mkdir .bsmount/x; rmdir .bsmount",
    );
    expect(stderr.match(/Read-only file system/g)).toHaveLength(4);
  });
});

const CLI = new URL("../../dist/cli/main.js", import.meta.url).pathname;

interface ListedResult {
  readonly Id: string;
  readonly Name: string;
}

async function firstResult(): Promise<ListedResult> {
  const { apiServer, accessToken } = product.emulator;
  await using client = new BaseSpace({ apiServer, accessToken });
  for await (const { id, name } of client.projects.appResults("1001"))
    if (name === result) return { Id: id, Name: name };
  throw new Error(`there is no ${result}`);
}

/** Completes the app result without the mount. */
async function endElsewhere(): Promise<void> {
  const { apiServer, accessToken } = product.emulator;
  await using client = new BaseSpace({ apiServer, accessToken });
  const { appSession } = await client.appResults.get((await firstResult()).Id);
  await client.appSessions.setStatus(appSession?.id ?? "", { status: "Complete" });
}
