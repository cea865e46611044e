import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyDemo } from "../helpers/demo-copy.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { NOTHING_TO_DO, Workflow } from "../helpers/snakemake.ts";
import { expectResults, NAMES, said } from "../helpers/snakemake-results.ts";

/*
 * The workflow of scripts/examples/snakemake on the demo's project: with everything on a local disk, which is the
 * control, and with its results in an app result of a mount.
 */

const PROJECT = "projects/Phage lambda";

let product: Product;
/** A copy of the demo's files on a local disk. */
let disk: string;

beforeAll(async () => {
  product = await startProduct();
  disk = product.dir.join("disk");
  await copyDemo(disk);
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

/** A copy of the workflow for the project below `top`, which is the mount point or `disk`. */
async function workflow(top: string, result: string, copy = result): Promise<Workflow> {
  const project = `${top}/${PROJECT}`;
  const reference = `${project}/appresults/Reference/files/lambda.fa`;
  const folder = product.dir.join(`${copy} ${top === disk ? "on disk" : "on mount"}`);
  return await Workflow.copy(folder, { project, reference, result });
}

describe.each([
  ["on a local disk", () => disk],
  ["with its results on the mount", () => product.mountPoint],
])("the example workflow %s", (_where, top) => {
  let first: Workflow;

  it("makes the calls of every sample, with indexes that work", async () => {
    first = await workflow(top(), "Variant calls");
    await first.succeed();
    await expectResults(first.results, disk);
    expect(await said("ls scratch", first.folder)).toEqual(["reference"]);
  });

  it.each([[[]], [["--rerun-triggers", "mtime"]]])(
    "has nothing to do when it is run again %j",
    async (triggers) => {
      expect(await first.succeed(...triggers)).toContain(NOTHING_TO_DO);
    },
  );

  it("makes everything anew by force, and then has nothing to do", async () => {
    const forced = await first.succeed("-F");
    for (const rule of ["index_reference", "align", "call"])
      expect(forced).toContain(`rule ${rule}:`);
    await expectResults(first.results, disk);
    expect(await first.succeed()).toContain(NOTHING_TO_DO);
    expect(await said("find . -name '*~*' | wc -l", first.results)).toEqual(["0"]);
  });
});

it.each([
  ["on a local disk", () => disk],
  ["with its results on the mount", () => product.mountPoint],
])("the example workflow %s goes on where it was killed", async (_where, top) => {
  const killed = await workflow(top(), "Killed");
  await killed.killInTheMiddle();
  expect((await killed.run()).stderr).toContain("--rerun-incomplete");
  await killed.succeed("--unlock");
  const resumed = await killed.succeed("--rerun-incomplete");
  expect(resumed).toContain("rule call:");
  expect(resumed).not.toContain("rule index_reference:");
  await expectResults(killed.results, disk);
});

it("a job of the workflow fails when its result cannot be uploaded, and the next run makes it", async () => {
  const refused = await workflow(product.mountPoint, "Refused");
  await product.faults("POST /v1pre3/appresults/*/files status=400");
  const { code, stderr } = await refused.run();
  await product.faults();
  expect(code).toBe(1);
  expect(stderr).toContain("Error in rule merge_lanes:");
  expect(stderr).not.toContain("rule index_alignment:");
  await refused.succeed();
  await expectResults(refused.results, disk);
});

describe("what the workflow left in BaseSpace", () => {
  it("is each result, in one version unless it was made by force, and can be completed", async () => {
    for (const [result, isForced] of [
      ["Variant calls", true],
      ["Refused", false],
      ["Killed", false],
    ] as const) {
      const completed = await product.bsmount([
        "complete",
        `${product.mountPoint}/${PROJECT}/appresults/${result}`,
      ]);
      expect(completed).toMatchObject({ code: 0 });
      const { status, files } = await remoteResult(product.emulator, result);
      expect(status).toBe("Complete");
      const extensions = [".bam", ".bam.bai", ".vcf.gz", ".vcf.gz.tbi"];
      const statistics = [".snakemake_timestamp", "alignment.txt", "calls.txt"];
      const expected = NAMES.flatMap((name) => [
        ...extensions.map((extension) => name + extension),
        ...statistics.map((file) => `${name}-statistics/${file}`),
      ]);
      expect(Object.keys(files)).toEqual(expect.arrayContaining(expected));
      if (!isForced) expect(Object.keys(files)).toHaveLength(expected.length);
    }
  });

  it("is recognised by another copy of the workflow, on another mount", async () => {
    expect(await product.bsmount(["unmount", product.mountPoint])).toMatchObject({ code: 0 });
    expect(await product.bsmount(["mount", product.mountPoint])).toMatchObject({ code: 0 });
    const elsewhere = await workflow(product.mountPoint, "Variant calls", "another copy");
    expect(await elsewhere.succeed()).toContain(NOTHING_TO_DO);
  });
});
