import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyDemo } from "../helpers/demo-copy.ts";
import { type Product, startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { NOTHING_TO_DO, Workflow } from "../helpers/snakemake.ts";
import { expectResults, said } from "../helpers/snakemake-results.ts";

/*
 * The workflow of scripts/examples/snakemake with everything that it writes in the app result: Snakemake's own folder,
 * its locks, the intermediate files (`temp()`, `directory()`), and the results, which are also made by force. Snakemake
 * removes of all these what it makes anew. The same on a local disk is the control.
 */

const PROJECT = "projects/Phage lambda";

interface World extends AsyncDisposable {
  readonly product: Product;
  /** A copy of the demo's files on a local disk. */
  readonly disk: string;
}

async function startWorld(mountArgs: readonly string[]): Promise<World> {
  const product = await startProduct({ mountArgs });
  const disk = product.dir.join("disk");
  await copyDemo(disk);
  return { product, disk, [Symbol.asyncDispose]: () => product[Symbol.asyncDispose]() };
}

const PLACES: readonly (readonly [
  place: string,
  mountArgs: readonly string[],
  onMount: boolean,
])[] = [
  ["a folder of a local disk", [], false],
  ["an app result, mode through", [], true],
  ["an app result, mode commit", ["--write-mode", "commit"], true],
];

describe.each(PLACES)(
  "the example workflow with everything in %s",
  (_place, mountArgs, onMount) => {
    let world: World;
    let workflow: Workflow;

    beforeAll(async () => {
      world = await startWorld(mountArgs);
      const { product, disk } = world;
      const project = `${onMount ? product.mountPoint : disk}/${PROJECT}`;
      const reference = `${project}/appresults/Reference/files/lambda.fa`;
      const lines = { project, reference, result: "Everything" };
      workflow = await Workflow.copy(product.dir.join("workflow"), lines);
    });

    afterAll(async () => {
      await world?.[Symbol.asyncDispose]();
    });

    const succeed = async (...args: readonly string[]): Promise<string> =>
      await workflow.succeed("--directory", `${workflow.results}/work`, ...args);

    /** The results are right, and of the intermediate files those of `temp()` are gone. */
    const expectAll = async (): Promise<void> => {
      await expectResults(workflow.results, world.disk);
      const left = "find . -path '*~*' -o -path './work/scratch/*' -type f | LC_ALL=C sort";
      const reference = ["", ".amb", ".ann", ".bwt", ".fai", ".pac", ".sa"];
      const expected = reference.map((extension) => `genome.fa${extension}`);
      expect(await said(left, workflow.results)).toEqual(
        [".snakemake_timestamp", ...expected].map((name) => `./work/scratch/reference/${name}`),
      );
    };

    it("goes on where it was killed", async () => {
      await workflow.killInTheMiddle("--directory", `${workflow.results}/work`);
      await succeed("--unlock");
      await succeed("--rerun-incomplete");
      await expectAll();
      expect(await succeed()).toContain(NOTHING_TO_DO);
    });

    it("makes everything anew by force, and then has nothing to do", async () => {
      const forced = await succeed("-F");
      for (const rule of ["index_reference", "align", "call"])
        expect(forced).toContain(`rule ${rule}:`);
      await expectAll();
      expect(await succeed()).toContain(NOTHING_TO_DO);
    });

    if (!onMount) return;
    it("leaves a result that can be completed", async () => {
      const { product } = world;
      const folder = `${product.mountPoint}/${PROJECT}/appresults/Everything`;
      // The log of the run that was killed is interrupted, and would be in the way.
      await said("rm -r files/work", folder);
      const shown = await said("find files -type f -printf '%P\\n'", folder);
      const completed = await product.bsmount(["complete", folder]);
      expect(completed.code, completed.stderr).toBe(0);
      const { status, files } = await remoteResult(product.emulator, "Everything");
      expect(status).toBe("Complete");
      if (mountArgs.length === 0)
        expect(Object.keys(files)).toEqual(expect.arrayContaining([...shown]));
      // What was removed before the result was completed never came to BaseSpace.
      else expect(Object.keys(files).sort()).toEqual([...shown].sort());
      expect(await readdir(`${folder}/files`)).toContain("lambda-1.vcf.gz");
    });
  },
);
