import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readFile, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { processOfThread } from "../../src/linux/process-identity.ts";
import { journalLine } from "../../src/write/journal-text.ts";
import { StagingFolder } from "../../src/write/staging-folder.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";
import { OWNER } from "../helpers/upload-world.ts";

/* Which processes keep a staging folder from being adopted. */

const RESULT = { appResultId: "3", resultPath: "/projects/p/appresults/r", path: "f" };
const MODULE = fileURLToPath(new URL("../../src/write/staging-folder.ts", import.meta.url));

let parent: TempDir;
const started: ChildProcess[] = [];

beforeEach(async () => {
  parent = await tempDir();
});

afterEach(async () => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  await parent[Symbol.asyncDispose]();
});

function start(command: string, args: readonly string[]): ChildProcess & { stdout: object } {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  return child;
}

async function said(child: ChildProcess): Promise<string> {
  const [text] = (await once(child.stdout ?? child, "data")) as [Buffer];
  return text.toString().trim();
}

test("[W15] a staging folder is not adopted while its process runs, and is when only its child has the files", async () => {
  const program = `
    const { StagingFolder } = await import(${JSON.stringify(MODULE)});
    const { openSync } = await import("node:fs");
    const { spawn } = await import("node:child_process");
    const folder = await StagingFolder.create(${JSON.stringify(parent.path)}, ${JSON.stringify(OWNER)});
    const { bytes } = await folder.createFile(${JSON.stringify(RESULT)});
    await bytes.write(0, Buffer.from("bytes"));
    const descriptors = [openSync(bytes.path), openSync(folder.path + "/journal")];
    const child = spawn("sleep", ["60"], { stdio: ["ignore", "ignore", "ignore", ...descriptors] });
    console.log(JSON.stringify({ path: folder.path, child: child.pid }));
    setInterval(() => {}, 1000);
  `;
  const args = ["--import", "tsx", "--input-type=module", "-e", program];
  const owner = start(process.execPath, args);
  const { path, child } = JSON.parse(await said(owner)) as { path: string; child: number };
  try {
    expect(await StagingFolder.adopt(path, OWNER)).toBeUndefined();
    const exited = once(owner, "exit");
    owner.kill("SIGKILL");
    await exited;
    expect(processOfThread(child)).toBeDefined();
    const adopted = await StagingFolder.adopt(path, OWNER);
    expect(adopted?.files).toMatchObject([{ sizeBytes: 5, known: { state: "open" } }]);
    await adopted?.folder[Symbol.asyncDispose]();
  } finally {
    process.kill(child, "SIGKILL");
  }
}, 20_000);

test("[W15] a zombie does not keep its staging folder from being adopted, and a running process does", async () => {
  const folder = await StagingFolder.create(parent.path, OWNER);
  const { bytes } = await folder.createFile(RESULT);
  await bytes.close();
  // The shell becomes a program that does not wait for its child, so that the child becomes a zombie.
  const shell = start("sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
  const pid = Number(await said(shell));
  const owner = processOfThread(pid);
  const copy = parent.join("mount-0123456789ab");
  await cp(folder.path, copy, { recursive: true });
  const journal = join(copy, "journal");
  const [first = "", ...lines] = (await readFile(journal, "utf8")).split("\n");
  const header = { ...(JSON.parse(first.slice(9)) as object), ...owner };
  await writeFile(journal, [journalLine(0, header).trimEnd(), ...lines].join("\n"));
  expect(await StagingFolder.adopt(copy, OWNER)).toBeUndefined();
  process.kill(pid, "SIGKILL");
  const state = async (): Promise<string> =>
    /\) (\S)/.exec(await readFile(`/proc/${pid}/stat`, "utf8"))?.[1] ?? "";
  while ((await state()) !== "Z") await sleep(20);
  const adopted = await StagingFolder.adopt(copy, OWNER);
  expect(adopted?.files).toHaveLength(1);
  await adopted?.folder[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
}, 20_000);
