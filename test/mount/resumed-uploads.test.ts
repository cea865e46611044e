import { mkdir } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";

/* What a killed mount left behind is uploaded by a command, without another mount. */

const RESULTS = "projects/Phage lambda/appresults";

let product: Product;
let result: string;
let pid: number;
let count = 0;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => await product?.[Symbol.asyncDispose]());

beforeEach(async () => {
  result = `resumed ${(count += 1)}`;
  const { stdout } = await product.bsmount(["mount", product.mountPoint]);
  pid = Number(/process (\d+)/.exec(stdout)?.[1]);
  await mkdir(`${product.mountPoint}/${RESULTS}/${result}`);
});

const shell = async (script: string): Promise<CommandOutcome> =>
  await product.shell(script, `${RESULTS}/${result}/files`);

const resume = async (...flags: string[]): Promise<CommandOutcome> =>
  await product.bsmount(["uploads", "resume", ...flags]);

const remote = async (): Promise<Readonly<Record<string, number>>> =>
  (await remoteResult(product.emulator, result)).files;

async function kill(): Promise<void> {
  process.kill(pid, "SIGKILL");
  await product.bsmount(["unmount", "--lazy", product.mountPoint]);
}

describe("bsmount uploads resume", () => {
  it("[W19] uploads what was closed, and says when nothing is left", async () => {
    await product.faults("POST /appresults/*/files status=400", "PUT /files/*/parts/2 status=400");
    expect((await shell("echo one > small; head -c 20M /dev/zero > large")).code).not.toBe(0);
    await kill();
    await product.faults();
    const { code, stdout, stderr } = await resume();
    expect([code, stdout]).toEqual([0, "uploaded 2 files\n"]);
    expect(stderr).toMatch(/^(waiting for .* left\n)?$/);
    expect(await remote()).toEqual({ small: 4, large: 20 * 1024 * 1024 });
    expect(await resume()).toMatchObject({
      code: 0,
      stdout: "ended mounts have left nothing behind\n",
    });
  });

  it("[W20] leaves what was being written, unless it is told otherwise", async () => {
    const writing = shell("exec 9> half; echo half >&9; sync half; echo > synced; sleep 5");
    await expect
      .poll(async () => Object.keys(await remote()), { timeout: 30_000 })
      .toEqual(["synced"]);
    await kill();
    await writing;
    const { code, stderr } = await resume();
    expect([code, stderr]).toEqual([3, expect.stringMatching(/files\/half \(interrupted: give/)]);
    expect(await resume("--interrupted")).toMatchObject({ code: 0, stdout: "uploaded 1 file\n" });
    expect(await remote()).toEqual({ half: 5, synced: 1 });
  });
});
