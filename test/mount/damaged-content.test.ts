import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import type { CommandOutcome } from "../helpers/run-command.ts";

/* What an object store may do to a response that looks right: send another byte, or hardly any. */

const MIB = 1024 * 1024;
const RESULT = "projects/Phage lambda/appresults/Damaged/files";
const whole = randomBytes(6 * MIB);
const inParts = randomBytes(26_000_000);

let product: Product;

beforeAll(async () => {
  product = await startProduct();
  await product.newResult("Damaged");
  for (const [name, bytes] of [
    ["whole", whole],
    ["parts", inParts],
  ] as const) {
    await writeFile(product.dir.join(name), bytes);
    const copied = await product.bsmount(["cp", product.dir.join(name), `bs:/${RESULT}/${name}`]);
    expect(copied).toMatchObject({ code: 0, stderr: "" });
  }
});

afterEach(async () => await product.faults());

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const cp = async (name: string): Promise<CommandOutcome> =>
  await product.bsmount(["cp", "--checksum", `bs:/${RESULT}/${name}`, product.dir.join("out")]);

describe.each([
  { name: "whole", bytes: whole, how: "compared by MD5" },
  { name: "parts", bytes: inParts, how: "compared by the MD5s of its parts" },
])("a file that came $name, of which one byte arrives as another", ({ name, bytes, how }) => {
  it("is fetched again by cp", async () => {
    await product.faults("GET /objects/* n=1 corrupt");
    const { code, stdout } = await cp(name);
    expect([code, stdout.trim().endsWith(how)]).toEqual([0, true]);
    expect((await readFile(product.dir.join("out"))).equals(bytes)).toBe(true);
  });

  it("is not copied by cp when that happens each time", async () => {
    await product.faults("GET /objects/* corrupt");
    const before = await readdir(product.dir.path);
    await writeFile(product.dir.join("out"), "precious");
    const { code, stderr } = await cp(name);
    expect(code).toBe(1);
    expect(stderr).toMatch(/arrived with other content than BaseSpace has/);
    expect(await readFile(product.dir.join("out"), "utf8")).toBe("precious");
    expect(new Set(await readdir(product.dir.path))).toEqual(new Set([...before, "out"]));
  });

  it("is reported by cat at its end", async () => {
    const right = await product.bsmount(["cat", `bs:/${RESULT}/${name}`]);
    expect(right).toMatchObject({ code: 0, stderr: "" });
    expect(Buffer.from(right.stdout, "latin1").equals(bytes)).toBe(true);
    await product.faults("GET /objects/* n=1 corrupt");
    const wrong = await product.bsmount(["cat", `bs:/${RESULT}/${name}`]);
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toHaveLength(bytes.length);
    expect(wrong.stderr).toMatch(/the printed content of bs:.* is damaged: .* try: /s);
  });
});

describe("a response that crawls among fast ones", () => {
  it("[E3] does not delay readers of the mount", async () => {
    await product.faults("GET /objects/* n=1 slow=1KB/s");
    const read = await product.shell(`cmp parts '${product.dir.join("parts")}'`, RESULT);
    expect(read).toMatchObject({ code: 0, stderr: "" });
  });
});
