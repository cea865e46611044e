import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { runShell } from "../helpers/run-command.ts";

const RESULTS = "bs:/projects/Phage lambda/appresults";
const ALIGNMENT = `${RESULTS}/lambda-1 alignment/files`;

/* Copies into BaseSpace by the command alone. */

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
  const script =
    "mkdir -p src/sub && echo one > src/one && : > src/empty && head -c 9000000 /dev/urandom > src/sub/big";
  await runShell(script, product.dir.path);
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

async function newResult(name: string): Promise<string> {
  await product.newResult(name);
  return `${RESULTS}/${name}/files`;
}

describe("bsmount cp into bs:", () => {
  it("copies a folder with everything in it, and out again the same", async () => {
    const files = await newResult("folder");
    const src = product.dir.join("src");
    const copied = await product.bsmount(["cp", "-r", src, files]);
    expect(copied).toMatchObject({ code: 0, stderr: "" });
    expect(copied.stdout).toContain("files/src/sub/big");
    const back = product.dir.join("back");
    expect(await product.bsmount(["cp", "-r", `${files}/src`, back])).toMatchObject({ code: 0 });
    expect(await runShell(`diff -r '${src}' '${back}'`, "/")).toMatchObject({ code: 0 });
  });

  it("copies the files beside a broken link and a link back, and reports both", async () => {
    const files = await newResult("links");
    await runShell("mkdir l && echo a > l/a && ln -s none l/no && ln -s . l/me", product.dir.path);
    const { code, stderr } = await product.bsmount(["cp", "-r", product.dir.join("l"), files]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/l\/no/);
    expect(stderr).toMatch(/l\/me is a link back to/);
    expect(stderr).toMatch(/copied 1 file, 2 could not/);
    expect((await product.bsmount(["ls", `${files}/l`])).stdout).toBe("a\n");
  });

  it("copies one file under another name, and a new version of it", async () => {
    const files = await newResult("file");
    const one = product.dir.join("src", "one");
    expect(await product.bsmount(["cp", one, `${files}/two`])).toMatchObject({ code: 0 });
    await runShell("echo again > src/one", product.dir.path);
    expect(await product.bsmount(["cp", one, `${files}/two`])).toMatchObject({ code: 0 });
    expect(await product.bsmount(["cat", `${files}/two`])).toMatchObject({ stdout: "again\n" });
    const listed = await product.bsmount(["ls", files]);
    expect(listed.stdout).toMatch(/^two\ntwo~\d+\n$/);
  });

  it("refuses files that BaseSpace would not accept, with a remedy", async () => {
    const files = await newResult("refused");
    const one = product.dir.join("src", "one");
    const says = async (...args: string[]): Promise<string> =>
      (await product.bsmount(["cp", ...args])).stderr;
    expect(await says(one, `${files}/x.tmp`)).toMatch(/temporary name[^]*try: give it another/);
    expect(await says(one, ALIGNMENT)).toMatch(/is Complete[^]*try: make a new app result/);
    expect(await says(product.dir.join("src"), files)).toMatch(/is a folder[^]*try: give -r/);
    expect(await says(one, product.dir.path)).toMatch(/between BaseSpace/);
    expect(await says(product.dir.join("none"), files)).toMatch(/none/);
  });
});

describe("bsmount cp that was cut short", () => {
  it("continues an upload and a download where they stopped", async () => {
    const files = await newResult("resumed");
    await runShell("head -c 40000000 /dev/urandom > long", product.dir.path);
    const long = product.dir.join("long");
    await product.faults("PUT /files/*/parts/4 status=400");
    expect((await product.bsmount(["cp", long, `${files}/`])).code).toBe(1);
    await product.faults();
    await product.faults("PUT /files/*/parts/4 status=501");
    expect((await product.bsmount(["cp", long, `${files}/`])).code).toBe(1);
    const journals = "ls state/bsmount/transfers | wc -l";
    expect((await runShell(journals, product.dir.path)).stdout.trim()).toBe("1");
    // Nobody could continue the copy in a complete result.
    expect(await product.bsmount(["complete", files])).toMatchObject({
      code: 3,
      stdout: "",
      stderr: expect.stringMatching(
        /cannot make resumed Complete: a bsmount cp to long runs, or was interrupted\n {2}try: .*remove .*\.parts\n$/,
      ),
    });
    const list = await product.bsmount(["uploads", "list"]);
    expect(list.stdout).toMatch(
      /^interrupted copy +- +38\.1 MiB .*appresults\/\d+\/files\/long +\S+\.parts$/m,
    );
    expect(list.stdout).toContain("give the same command again");
    const [copy] = JSON.parse((await product.bsmount(["uploads", "list", "--json"])).stdout);
    expect(copy).toMatchObject({ state: "copy", sizeBytes: 40_000_000 });
    // The same pending file is continued: no other one could be started.
    await product.faults();
    await product.faults("POST /appresults/*/files status=400");
    expect(await product.bsmount(["cp", long, `${files}/`])).toMatchObject({ code: 0 });
    expect((await runShell(journals, product.dir.path)).stdout.trim()).toBe("0");
    await product.faults();
    const done = await product.bsmount(["uploads", "list"]);
    expect(done.stdout).toMatch(/^everything that was written is in BaseSpace/);
    expect(await product.bsmount(["complete", files])).toMatchObject({ code: 0 });

    const back = product.dir.join("long-back");
    // One range has landed by the time the others are refused.
    await product.faults("GET /objects/* n=1 delay=1ms", "GET /objects/* delay=3s status=501");
    expect((await product.bsmount(["cp", `${files}/long`, back])).code).toBe(1);
    await product.faults();
    expect((await runShell("ls -A | grep -c '^.bsmount-'", product.dir.path)).stdout.trim()).toBe(
      "2",
    );
    expect(await product.bsmount(["cp", "--checksum", `${files}/long`, back])).toMatchObject({
      code: 0,
    });
    expect(await runShell("cmp long long-back", product.dir.path)).toMatchObject({ code: 0 });
    expect((await runShell("ls -A | grep -c '^.bsmount-'", product.dir.path)).stdout.trim()).toBe(
      "0",
    );
  });
});
