import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyDemo } from "../helpers/demo-copy.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { runShell } from "../helpers/run-command.ts";

const ALIGNMENT = "projects/Phage lambda/appresults/lambda-1 alignment/files";
const READS = "projects/Phage lambda/samples/2001/files/Data/Intensities/BaseCalls";

let product: Product;
let copy: string;

beforeAll(async () => {
  product = await startProduct();
  copy = product.dir.join("copy");
  await copyDemo(copy);
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** What a command says on the mount; it must say the same on the local copy. */
async function sameAsLocal(command: string, folder: string): Promise<string> {
  const onMount = await product.shell(command, folder);
  const onDisk = await runShell(command, `${copy}/${folder}`);
  expect(onMount.stderr).toBe(onDisk.stderr);
  expect(onMount.code).toBe(onDisk.code);
  expect(onMount.stdout).toBe(onDisk.stdout);
  return onMount.stdout;
}

describe("tools say the same on the mount as on a local copy", () => {
  it.each([
    ["samtools view lambda-1.bam NC_001416.1:20000-20100", /NC_001416\.1/],
    ["samtools view -c lambda-1.bam", /^3600$/m],
    ["samtools flagstat lambda-1.bam", /3600 \+ 0 in total/],
    ["samtools quickcheck -v lambda-1.bam && echo fine", /^fine$/m],
    ["samtools idxstats lambda-1.bam", /NC_001416\.1\t48502/],
    ["bcftools view -H lambda-1.vcf.gz", /NC_001416\.1\t/],
    ["bcftools view -H -r NC_001416.1:1-20000 lambda-1.vcf.gz", /NC_001416\.1\t/],
    ["tabix lambda-1.vcf.gz NC_001416.1:1-20000", /NC_001416\.1\t/],
    ["cat lambda-1.bam | md5sum", /^[0-9a-f]{32} {2}-/],
    ["dd if=lambda-1.bam bs=4096 skip=7 count=3 status=none | md5sum", /^[0-9a-f]{32}/],
    ["dd if=lambda-1.bam bs=4096 iflag=direct status=none | md5sum", /^[0-9a-f]{32}/],
  ])("%s", async (command, expected) => {
    expect(await sameAsLocal(command, ALIGNMENT)).toMatch(expected);
  });

  it.each([
    ["zcat *_R1_*.fastq.gz | head -400 | md5sum", /^[0-9a-f]{32}/],
    ["zcat *.fastq.gz | wc -l", /^14400$/m],
    ["gzip -t *.fastq.gz && echo fine", /^fine$/m],
  ])("%s", async (command, expected) => {
    expect(await sameAsLocal(command, READS)).toMatch(expected);
  });

  it.each([
    ["find . -type f | LC_ALL=C sort | md5sum", /^[0-9a-f]{32}/],
    ["find . -type f | wc -l", /^\d+$/m],
    ["find . -type d | wc -l", /^\d+$/m],
    ["find . -type f -size +100k | LC_ALL=C sort", /\.bam/],
    ["grep -rl GATTACA . | LC_ALL=C sort", /lambda\.fa/],
    ["tar c . | tar t | LC_ALL=C sort", /lambda-1\.bam/],
    ["tar c --mode=u=rwX --owner=0 --group=0 . | tar x -O | wc -c", /^\d+$/m],
    ["find . -type f -print0 | du -cb --files0-from=- | tail -1", /^\d+\ttotal/],
    ["find . -type f -exec du {} + | LC_ALL=C sort -k 2", /lambda-1\.bam/],
    ["ls -R | wc -l", /^\d+$/m],
  ])("%s", async (command, expected) => {
    for (const top of ["projects/Phage lambda/appresults", "runs"]) {
      const said = await sameAsLocal(command, top);
      if (top.startsWith("projects")) expect(said).toMatch(expected);
    }
  });
});

describe("copies out of the mount are complete", () => {
  it.each([
    ["cp -rp", 'cp -rp . "$OUT"'],
    ["rsync -a", 'rsync -a ./ "$OUT/"'],
    ["tar", 'tar c . | tar x -C "$OUT"'],
  ])("with %s, bytes, names and dates", async (_name, command) => {
    const out = `${product.dir.path}/out-${_name.replaceAll(/\W/g, "")}`;
    const folder = "projects/Course 2024: day 1／2";
    const copied = await product.shell(`mkdir -p '${out}' && OUT='${out}' && ${command}`, folder);
    expect(copied).toMatchObject({ code: 0, stderr: "" });
    const compared = await runShell(`diff -r samples '${copy}/${folder}/samples'`, out);
    expect(compared).toMatchObject({ code: 0, stdout: "" });
    const dates = "find . -type f -printf '%P %s %T@\\n' | LC_ALL=C sort";
    const onMount = await product.shell(dates, folder);
    const outside = await runShell(dates, out);
    expect(outside.stdout).toBe(onMount.stdout);
    expect(outside.stdout.trim().split("\n").length).toBeGreaterThan(4);
    expect(await runShell(`rm -r '${out}'`, product.dir.path)).toMatchObject({ code: 0 });
  });

  it("and a second rsync has nothing to send", async () => {
    const out = `${product.dir.path}/twice`;
    const sync = `rsync -a --itemize-changes ./ '${out}/'`;
    expect((await product.shell(sync, ALIGNMENT)).stdout).toMatch(/lambda-1\.bam/);
    expect((await product.shell(sync, ALIGNMENT)).stdout).toBe("");
  });

  it("and cmp finds no difference in any file", async () => {
    const script = `find . -type f -print0 | while IFS= read -r -d '' f; do cmp "$f" "${copy}/runs/$f" || exit 1; done`;
    expect(await product.shell(script, "runs")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  it("and the known sums fit", async () => {
    const sums = new URL("../../src/emulator/demo-data/md5sums.txt", import.meta.url).pathname;
    const checked = await product.shell(`md5sum --check --quiet '${sums}'`);
    expect(checked).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });
});

describe("the hidden files", () => {
  it("are found by name and not listed", async () => {
    const folder = "projects/Phage lambda";
    const listed = await product.shell("ls -A", folder);
    expect(listed.stdout).toBe("appresults\nsamples\nsamples-by-name\n");
    const json = await product.shell("cat .json", folder);
    expect(JSON.parse(json.stdout)).toMatchObject({ Name: "Phage lambda", Id: "1001" });
    const size = await product.shell("stat -c %s .json", folder);
    expect(Number(size.stdout)).toBe(json.stdout.length);
    const all = await product.shell("cat projects/.json");
    expect(JSON.parse(all.stdout)).toHaveLength(2);
  });

  it("lead to the same place by Id and by name", async () => {
    const byId = await product.shell("ls projects/1001/samples/2001/files");
    const byName = await product.shell("ls 'projects/Phage lambda/samples-by-name/lambda-1/files'");
    expect(byId.stdout).toBe(byName.stdout);
    expect(byId.stdout).toBe("Data\n");
  });
});

describe("a write", () => {
  it.each([
    ["touch projects/new", /Read-only file system/],
    [`rm '${ALIGNMENT}/lambda-1.bam'`, /Read-only file system/],
    [`mv '${ALIGNMENT}/lambda-1.bam' '${ALIGNMENT}/x'`, /Read-only file system/],
    [`echo x >> '${ALIGNMENT}/lambda-1.bam'`, /Read-only file system/],
    ["ln -s a projects/link", /Operation not permitted/],
    ["mkfifo projects/fifo", /Operation not permitted/],
  ])("is refused at once: %s", async (command, message) => {
    const { code, stderr } = await product.shell(command);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(message);
  });
});
