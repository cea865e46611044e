import { readFileSync } from "node:fs";
import { copyFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const DEMO = fileURLToPath(new URL("../../src/emulator/demo-data/", import.meta.url));

interface Owner {
  readonly id: string;
  readonly name: string;
  readonly files?: readonly {
    readonly path: string;
    readonly content: { readonly path: string };
  }[];
}

interface DemoCatalog {
  readonly projects: readonly {
    readonly name: string;
    readonly samples: readonly Owner[];
    readonly appResults: readonly Owner[];
  }[];
  readonly runs: readonly Owner[];
}

/**
 * Copies the demo's files to `target` as the mount shows them, directly from the catalog and by no code of
 * the product: what tools say on the mount can then be compared with what they say on a local disk.
 */
export async function copyDemo(target: string): Promise<void> {
  const catalog = JSON.parse(readFileSync(join(DEMO, "catalog.json"), "utf8")) as DemoCatalog;
  for (const { name, samples, appResults } of catalog.projects) {
    const project = join(target, "projects", name.replaceAll("/", "／"));
    for (const sample of samples) await copyFiles(sample, join(project, "samples", sample.id));
    for (const result of appResults)
      await copyFiles(result, join(project, "appresults", result.name));
  }
  for (const run of catalog.runs) await copyFiles(run, join(target, "runs", run.name));
}

async function copyFiles({ files = [] }: Owner, folder: string): Promise<void> {
  for (const { path, content } of files) {
    const target = join(folder, "files", path);
    await mkdir(dirname(target), { recursive: true });
    await copyFile(join(DEMO, content.path), target);
  }
}
