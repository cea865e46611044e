import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Account, AccountFile } from "./account.ts";

/** Makes the list that `md5sum -c` reads in the root of a mount: one line for each file of the projects and the run. */
export async function renderMd5Sums(account: Account, folder: string): Promise<string> {
  let lines = "";
  for (const { mounted, source } of mountedFiles(account)) {
    lines += `${await md5(join(folder, source))}  ${mounted}\n`;
  }
  return lines;
}

function mountedFiles({ projects, run }: Account): { mounted: string; source: string }[] {
  const ofProjects = projects.flatMap((project) => {
    const home = `projects/${asFileName(project.name)}`;
    return [
      ...project.samples.flatMap(({ id, files }) => under(`${home}/samples/${id}`, files)),
      ...project.appResults.flatMap(({ name, files }) =>
        under(`${home}/appresults/${asFileName(name)}`, files),
      ),
    ];
  });
  return [...ofProjects, ...under(`runs/${asFileName(run.name)}`, run.files)];
}

function under(home: string, files: readonly AccountFile[]): { mounted: string; source: string }[] {
  return files.map(({ path, source }) => ({ mounted: `${home}/files/${path}`, source }));
}

/** A mount shows a slash inside a name as its full-width twin; other names here need no encoding. */
function asFileName(name: string): string {
  return name.replaceAll("/", "／");
}

async function md5(file: string): Promise<string> {
  const hash = createHash("md5");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
