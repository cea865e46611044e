import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runShell } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const FILES = "bs:/projects/Phage lambda/appresults/Two/files";

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
  await product.newResult("Two");
  await runShell("head -c 40000000 /dev/urandom > long", product.dir.path);
  const up = await product.bsmount(["cp", product.dir.join("long"), `${FILES}/`]);
  expect(up).toMatchObject({ code: 0 });
});

afterEach(async () => await product.faults());

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** A copy that is left to itself; its end has to be waited for. */
function startCopy(...args: readonly string[]): ChildProcess {
  const env = { ...process.env, ...product.environment };
  return spawn(process.execPath, [CLI, "cp", ...args], { env, stdio: "ignore" });
}

const scratch = async (): Promise<string[]> =>
  (await readdir(product.dir.path)).filter((name) => name.startsWith(".bsmount-"));

/** Waits until the journal has the first part. */
async function firstPartCame(): Promise<void> {
  const parts = async (): Promise<string> => {
    const journal = (await scratch()).find((name) => name.endsWith(".parts"));
    return journal === undefined ? "" : await readFile(product.dir.join(journal), "utf8");
  };
  await expect.poll(parts, { timeout: 30_000 }).toContain('"part"');
}

const ONE_PART_COMES = ["GET /objects/* n=1 delay=1ms", "GET /objects/* drop-answer"];

describe("two copies to one local file", () => {
  it("do not disturb each other: the second says which process has it, the first is whole", async () => {
    await product.faults("GET /objects/* n=1 delay=1ms", "GET /objects/* n=2 drop-answer");
    const target = product.dir.join("back");
    const first = startCopy("--timeout", "10s", `${FILES}/long`, target);
    const ended = once(first, "exit");
    await firstPartCame();
    const before = await scratch();
    const second = await product.bsmount(["cp", `${FILES}/long`, `${product.dir.path}/./back`]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`back is being downloaded by process ${first.pid}`);
    expect(second.stderr).toMatch(/try: wait until that has ended/);
    expect(await scratch()).toEqual(before);
    expect(await ended).toEqual([0, null]);
    expect(await runShell("cmp long back", product.dir.path)).toMatchObject({ code: 0 });
    expect(await scratch()).toEqual([]);
  });

  it("one of which was killed: the next continues where it stopped", async () => {
    await product.faults(...ONE_PART_COMES);
    const killed = startCopy(`${FILES}/long`, product.dir.join("killed"));
    await firstPartCame();
    const ended = once(killed, "exit");
    killed.kill("SIGKILL");
    await ended;
    expect(await scratch()).toHaveLength(2);
    await product.faults();
    const next = await product.bsmount(["cp", `${FILES}/long`, product.dir.join("killed")]);
    expect(next).toMatchObject({ code: 0, stderr: "" });
    expect(await runShell("cmp long killed", product.dir.path)).toMatchObject({ code: 0 });
    expect(await scratch()).toEqual([]);
  });
});

it("a second upload of the same file to the same place says which process is at it, and so does the list of uploads", async () => {
  await product.faults("PUT /files/*/parts/* n=4 drop-answer");
  const long = product.dir.join("long");
  const first = startCopy("--timeout", "10s", long, `${FILES}/again`);
  const ended = once(first, "exit");
  const journals = async (): Promise<string[]> =>
    await readdir(product.dir.join("state/bsmount/transfers")).catch(() => []);
  await expect.poll(journals, { timeout: 30_000 }).toHaveLength(1);
  const second = await product.bsmount(["cp", long, `${FILES}/again`]);
  expect(second.code).toBe(1);
  expect(second.stderr).toContain(`again is being uploaded by process ${first.pid}`);
  const list = (await product.bsmount(["uploads"])).stdout;
  expect(list).toMatch(new RegExp(`^being copied +${first.pid} +38\\.1 MiB .*/files/again `, "m"));
  expect(list).not.toContain("interrupted");
  expect(await ended).toEqual([0, null]);
  expect(await journals()).toEqual([]);
});
