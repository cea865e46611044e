import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

/*
 * The service is killed during reads and writes, and started again seconds later on the same port with the same data:
 * the programs wait and continue, without an error.
 */

const MIB = 1024 * 1024;
const AWAY_MS = 6000;
const PATIENT = { timeout: 30_000 };
const RESULTS = "projects/Phage lambda/appresults";

interface Bytes {
  readonly path: string;
  readonly sum: string;
}

let data: TempDir;
let product: Product;

beforeAll(async () => {
  data = await tempDir();
  product = await startProduct({ emulatorArgs: ["--data", data.join("emulator")] });
  await mkdir(data.join("local"));
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await data?.[Symbol.asyncDispose]();
});

const sumOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function someBytes(name: string, count: number): Promise<Bytes> {
  const content = randomBytes(count);
  const path = data.join(`local/${name}`);
  await writeFile(path, content);
  return { path, sum: sumOf(content) };
}

/** The names that `ls` shows, older versions of a name included. */
async function names(result: string): Promise<string[]> {
  const listed = await product.bsmount(["ls", `bs:/${RESULTS}/${result}/files`]);
  expect(listed.stderr).toBe("");
  return listed.stdout.split("\n").filter((line) => line !== "");
}

async function expectDone(outcome: Promise<CommandOutcome>): Promise<void> {
  expect(await outcome).toMatchObject({ code: 0, stderr: "" });
}

describe("a restart of the service", () => {
  it("is not noticed by a close, an upload, a read and a download that are under way", async () => {
    await product.newResult("restarted");
    const files = `bs:/${RESULTS}/restarted/files`;
    const old = await someBytes("old.bin", 6 * MIB);
    const sent = await someBytes("sent.bin", 26 * MIB);
    const closed = await someBytes("closed.bin", 18 * MIB);
    await expectDone(product.bsmount(["cp", old.path, `${files}/old.bin`]));

    // Nothing of this is over when the service is killed, and a service that is started anew is not slow.
    await product.faults("GET /objects/* slow=500kB/s", "PUT /files/*/parts/* delay=20s");
    const uploading = product.bsmount(["cp", sent.path, `${files}/sent.bin`]);
    const downloading = product.bsmount(["cp", `${files}/old.bin`, data.join("local/down.bin")]);
    const read = data.join("local/read.bin");
    const reading = product.shell(`cat old.bin > '${read}'`, filesHere("restarted"));
    const [open, go] = [data.join("open"), data.join("go")];
    const closing = product.shell(
      `exec 9> closed.bin && cat '${closed.path}' >&9 && touch '${open}' &&
        until [ -e '${go}' ]; do sleep 0.1; done && exec 9>&-`,
      filesHere("restarted"),
    );
    await expect.poll(requests, PATIENT).toContain("sent.bin");
    await expect.poll(async () => await exists(open), PATIENT).toBe(true);
    await expect.poll(async () => await exists(read), PATIENT).toBe(true);
    await delay(500);
    await product.restartEmulator(AWAY_MS, () => void writeFile(go, ""));

    await expectDone(uploading);
    await expectDone(downloading);
    await expectDone(reading);
    await expectDone(closing);
    expect(sumOf(await readFile(data.join("local/down.bin")))).toBe(old.sum);
    expect(sumOf(await readFile(read))).toBe(old.sum);
    expect(await names("restarted")).toEqual(["closed.bin", "old.bin", "sent.bin"]);
    for (const [name, { sum }] of [
      ["closed.bin", closed],
      ["sent.bin", sent],
    ] as const) {
      const copy = data.join("local/copy.bin");
      await expectDone(product.bsmount(["cp", `${files}/${name}`, copy]));
      expect(sumOf(await readFile(copy))).toBe(sum);
    }
  });
});

const filesHere = (result: string): string => `${RESULTS}/${result}/files`;

async function exists(path: string): Promise<boolean> {
  return await readFile(path).then(
    () => true,
    () => false,
  );
}

/** The requests that the emulator was sent, a line each. */
async function requests(): Promise<string> {
  return await readFile(data.join("emulator/requests.jsonl"), "utf8");
}
