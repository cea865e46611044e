import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";

/* An object store over TLS whose certificate is known only to `NODE_EXTRA_CA_CERTS`, as behind a proxy of a company. */

const FOLDER = "projects/Phage lambda/appresults";

let product: Product;
let trusting: Readonly<Record<string, string>>;

beforeAll(async () => {
  product = await startProduct({ emulatorArgs: ["--tls"], mountArgs: null });
  trusting = { NODE_EXTRA_CA_CERTS: product.emulator.caPath ?? "" };
  const { code, stderr } = await product.bsmount(["mount", product.mountPoint], trusting);
  expect([code, stderr]).toEqual([0, ""]);
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

describe("with an object store over TLS", () => {
  it("a mount reads what the commands read, and both only if they trust its certificate", async () => {
    const folder = `${FOLDER}/Reference/files`;
    const path = `${folder}/lambda.fa`;
    const read = await product.shell("timeout 30 cat lambda.fa", folder);
    expect(read.stdout).toMatch(/^>NC_001416\.1/);
    const shown = await product.bsmount(["cat", `bs:/${path}`], trusting);
    expect(shown.stdout).toBe(read.stdout);
    const refused = await product.bsmount(["cat", `bs:/${path}`]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("NODE_EXTRA_CA_CERTS");
  });

  it("files are uploaded through a mount and by cp", async () => {
    await product.newResult("over-tls");
    await product.bsmount(["refresh", product.mountPoint]);
    const folder = `${FOLDER}/over-tls/files`;
    const written = await product.shell("timeout 30 sh -c 'echo one > one.txt'", folder);
    expect(written).toMatchObject({ code: 0 });
    await writeFile(product.dir.join("two.txt"), "two\n");
    const copied = await product.bsmount(
      ["cp", product.dir.join("two.txt"), `bs:/${folder}/`],
      trusting,
    );
    expect(copied).toMatchObject({ code: 0 });
    const both = ["one.txt", "two.txt"].map((name) => `bs:/${folder}/${name}`);
    const shown = await product.bsmount(["cat", ...both], trusting);
    expect(shown.stdout).toBe("one\ntwo\n");
  });
});
