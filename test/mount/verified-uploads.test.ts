import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";

/* A mount that reads back what was uploaded. */

const RESULTS = "projects/Phage lambda/appresults";
const MIB = 1024 * 1024;

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: ["--verify-uploads"] });
  await product.newResult("verified");
  await product.bsmount(["refresh", product.mountPoint]);
});

afterAll(async () => await product?.[Symbol.asyncDispose]());

const shell = async (script: string): Promise<CommandOutcome> =>
  await product.shell(script, `${RESULTS}/verified/files`);

const remote = async (): Promise<Readonly<Record<string, number>>> =>
  (await remoteResult(product.emulator, "verified")).files;

it("[W26] a close fails with EIO when other bytes come back, and the next one uploads the file once more", async () => {
  await product.faults("GET /objects/* corrupt");
  const failed = await shell("head -c 9M /dev/zero | dd of=big bs=1M status=none");
  expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining("Input/output error") });
  await product.faults();
  const [status] = JSON.parse((await product.bsmount(["status", "--json"])).stdout) as [
    { readonly uploads: { readonly failed: number }; readonly logFile: string },
  ];
  expect(status.uploads.failed).toBe(1);
  const list = await product.bsmount(["uploads", "list"]);
  expect(list.stdout).toMatch(/big .*is damaged in BaseSpace, as file \d+: bytes \d+ to \d+/s);
  expect(await shell("stat -c %s big; : >> big")).toMatchObject({
    code: 0,
    stdout: `${9 * MIB}\n`,
  });
  expect(await shell("exec 3<>big; exec 3>&-")).toMatchObject({ code: 0 });
  // BaseSpace cannot delete the damaged one.
  const damaged = expect.stringMatching(/^big~\d+$/);
  expect(Object.keys(await remote()).toSorted()).toEqual(["big", damaged]);
  const log = await readFile(status.logFile, "utf8");
  expect(log).toMatch(
    /"verified":\["size","MD5 of each part","ETag","read back"\],"msg":"uploaded"/,
  );
});
