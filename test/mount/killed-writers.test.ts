import { mkdir, readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";

/* For the kernel, a process that is killed closes its files. What it had written by then may lack its end. */

const RESULTS = "projects/Phage lambda/appresults";
const WAIT = { timeout: 30_000 };

let product: Product;
let result: string;
let count = 0;

beforeAll(async () => {
  product = await startProduct();
});

afterAll(async () => await product?.[Symbol.asyncDispose]());

beforeEach(async () => {
  result = `killed ${(count += 1)}`;
  await mkdir(`${product.mountPoint}/${RESULTS}/${result}`);
});

const shell = async (script: string): Promise<CommandOutcome> =>
  await product.shell(script, `${RESULTS}/${result}/files`);

const remote = async (): Promise<Readonly<Record<string, number>>> =>
  (await remoteResult(product.emulator, result)).files;

const complete = async (...flags: string[]): Promise<CommandOutcome> =>
  await product.bsmount(["complete", ...flags, `bs:/${RESULTS}/${result}`]);

const completeHere = async (...flags: string[]): Promise<CommandOutcome> =>
  await product.bsmount(["complete", ...flags, `${product.mountPoint}/${RESULTS}/${result}`]);

/** Has a program write half a file, and sends it a signal. */
async function killed(signal: string, program = "cat"): Promise<void> {
  const script = `mkfifo ${product.dir.path}/pipe.${count}; exec 9<>${product.dir.path}/pipe.${count}
    ${program} < ${product.dir.path}/pipe.${count} > f & echo half >&9; sleep 0.5; kill -${signal} $!; wait $!; true`;
  expect(await shell(script)).toMatchObject({ code: 0 });
}

describe("a writer that a signal ends", () => {
  it.each(["KILL", "TERM"])("[W21] by SIG%s leaves a file that is not finished", async (signal) => {
    await killed(signal);
    await sleep(1000);
    expect(await remote()).toEqual({});
    expect(await shell("cat f")).toMatchObject({ code: 0, stdout: "half\n" });
    const [status] = JSON.parse((await product.bsmount(["status", "--json"])).stdout) as [
      { uploads: { interrupted: number } },
    ];
    expect(status.uploads.interrupted).toBeGreaterThan(0);
    for (const refused of [await complete(), await completeHere()]) {
      expect(refused).toMatchObject({ code: 3 });
    }
    expect(await completeHere()).toMatchObject({
      stderr: expect.stringMatching(/files\/f was interrupted.*\n {2}try: .*--upload-interrupted/s),
    });
    expect(await shell("rm f; echo whole > f")).toMatchObject({ code: 0 });
    expect(await completeHere()).toMatchObject({ code: 0 });
    expect(await remote()).toEqual({ f: 6 });
  });

  it("[W21] leaves one that is uploaded as it is when the user says so", async () => {
    await killed("KILL");
    expect(await completeHere("--upload-interrupted")).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual({ f: 5 });
  });

  it("[W21] leaves one that a program finishes which opens and closes it", async () => {
    await killed("KILL");
    expect(await shell("echo more >> f")).toMatchObject({ code: 0, stderr: "" });
    expect(await remote()).toEqual({ f: 10 });
  });
});

/** What a Python program has done with a file when a signal ends it. */
const KILLED: Readonly<Record<string, string>> = {
  older: `time.sleep(1); write("older", O_CREAT)`,
  twice: `write("twice", O_CREAT); os.write(os.open("twice", O_APPEND), b"more\\n")`,
  duplicated: `os.dup(write("duplicated", O_CREAT))`,
  appended: `write("appended", O_APPEND)`,
  truncated: `os.ftruncate(os.open("truncated", O_CREAT), 100)`,
  "temporary.tmp": `write("temporary.tmp", O_CREAT)`,
  inherited: `
fd = write("inherited", O_CREAT)
if os.fork() > 0:
    os.close(fd)
    os._exit(0)
os.setsid()
open(sys.argv[1] + ".pid", "w").write(str(os.getpid()))
os.write(fd, b"more\\n")`,
  workers: `
for at in range(20):
    threading.Thread(target=lambda: time.sleep(60)).start()
write("workers", O_CREAT)`,
  threads: `
write("threads", O_CREAT)
threading.Thread(target=lambda: (time.sleep(0.2), ready(), time.sleep(60))).start()
ctypes.CDLL(None).syscall(60, 0)`,
};

const PRELUDE = `
import ctypes, os, sys, threading, time
O_CREAT, O_APPEND = os.O_CREAT | os.O_WRONLY, os.O_APPEND | os.O_WRONLY
def write(name, flags):
    fd = os.open(name, flags)
    os.write(fd, b"half\\n")
    return fd
def ready():
    open(sys.argv[1], "w").close()
`;

/** Runs the program until it is ready, besides 40 younger ones, and kills it. */
function killOf(name: string, script: string): string {
  const marker = product.dir.join(`ready-${count}-${name}`);
  return `python3 -c '${PRELUDE}${script}
ready()
time.sleep(60)' ${marker} & pid=$!
for at in $(seq 40); do sleep 60 & sleepers="$sleepers $!"; done
until [ -e ${marker} ]; do sleep 0.05; done
kill -KILL $(cat ${marker}.pid 2> /dev/null || echo $pid); kill $sleepers; wait`;
}

/** The files of the result that BaseSpace lacks, with the state of each. */
async function states(): Promise<readonly string[]> {
  const { stdout } = await product.bsmount(["uploads", "list", "--json"]);
  const all = JSON.parse(stdout) as { readonly content: string; readonly belongsTo: string }[];
  return all
    .filter(({ belongsTo }) => belongsTo.includes(`/${result}/`))
    .map(({ content, belongsTo }) => `${belongsTo.split("/").at(-1)} ${content}`)
    .filter((state) => !state.startsWith("made "))
    .toSorted((a, b) => a.localeCompare(b));
}

it("[W21] whatever it did with the file, and however old it is, no file that it left is finished", async () => {
  const names = Object.keys(KILLED);
  expect(await shell("echo one > appended")).toMatchObject({ code: 0 });
  const kills = Object.entries(KILLED).map(([name, script]) => `( ${killOf(name, script)} ) &`);
  // The folder is that of all commands behind the first line.
  expect(await shell(`true\n${kills.join("\n")}\nwait`)).toMatchObject({ code: 0 });
  const expected = names.map((name) => `${name} interrupted`);
  await expect.poll(states, WAIT).toEqual(expected.toSorted((a, b) => a.localeCompare(b)));
  expect(await shell("mv temporary.tmp renamed")).toMatchObject({ code: 0, stderr: "" });
  await sleep(1000);
  expect(await remote()).toEqual({ appended: 4 });
  expect(await completeHere()).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/files\/renamed.* interrupted/),
  });
});

/** Programs that share a descriptor, each in a session of its own, by the name of the file that they write. */
const KILLED_TOGETHER: Readonly<Record<string, string>> = {
  pipe: "( (echo half; sleep 60) | cat ) > pipe",
  children: "( echo half; sleep 60 & sleep 60 & sleep 60 ) > children",
  others: "( echo half; head -c 100000 /dev/zero; sleep 60 & sleep 60 ) > others",
  many: "for i in $(seq 12); do (while echo half; do sleep 0.1; done) & done > many; wait",
  exec: "exec > exec; (while echo half; do sleep 0.1; done) & sleep 60",
  empty: "sleep 60 > empty",
  idle: "( sleep 60; echo x ) > idle",
  "later.tmp": "( echo half; sleep 60 & sleep 60 ) > later.tmp",
  opened: "exec 3> opened; sleep 60",
};

it("[W21] killed together, or before they have written anything, they leave no file that is finished", async () => {
  const names = Object.keys(KILLED_TOGETHER);
  const groups = Object.values(KILLED_TOGETHER).map(
    (script) => `setsid bash -c '${script}' & groups="$groups -$!"`,
  );
  const script = `true\n${groups.join("\n")}\nsleep 1; kill -KILL -- $groups; wait; touch made`;
  expect(await shell(script)).toMatchObject({ code: 0 });
  const expected = names.map((name) => `${name} interrupted`);
  await expect.poll(states, WAIT).toEqual(expected.toSorted((a, b) => a.localeCompare(b)));
  // An empty file is uploaded after five seconds.
  await expect.poll(remote, WAIT).toEqual({ made: 0 });
});

describe("a writer that ends by itself", () => {
  it.each([
    ["with an error", "sh -c 'echo half; exit 3' > f; true"],
    [
      "without closing",
      `python3 -c 'import os; os.write(os.open("f", 65), b"half\\n"); os._exit(0)'`,
    ],
    [
      "in another thread",
      `python3 -c '
import ctypes, os, threading, time
descriptor = os.open("f", os.O_CREAT | os.O_WRONLY)
os.write(descriptor, b"half\\n")
exit_group = lambda: ctypes.CDLL(None).syscall(231, 0)
threading.Thread(target=exit_group).start()
time.sleep(5)'`,
    ],
  ])("[W21] %s leaves a complete file", async (_how, script) => {
    expect(await shell(script)).toMatchObject({ code: 0 });
    await expect.poll(remote, WAIT).toEqual({ f: 5 });
  });
});

it("the log says why a file was not finished", async () => {
  await killed("KILL");
  const log = product.mountPoint.slice(1).replaceAll("/", "-");
  const text = async (): Promise<string> =>
    await readFile(product.dir.join(`state/bsmount/log/${log}.log`), "utf8");
  await expect.poll(text, WAIT).toMatch(/"path":"f".*its writer was killed/);
});
