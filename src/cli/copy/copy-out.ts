import { join } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { findRemote, followLink, type RemoteNode, type RemoteTreeOptions } from "../remote-tree.ts";
import { type CopyContext, type CopyJob, tryOrReport } from "./copy.ts";
import { type Download, downloadJobs, sizeOfRemote } from "./download.ts";
import { followDestination } from "./destination-file.ts";
import {
  checkSources,
  type CopyPlan,
  isFolderContents,
  isFolder,
  recursiveRequiredError,
  UsedNames,
} from "./copy-plan.ts";

/** Yields a job for each file to be copied to this machine. */
export async function* jobsOut(
  plan: CopyPlan,
  context: CopyContext,
): AsyncGenerator<CopyJob, void, undefined> {
  const { target } = plan;
  const isFolderThere = await isFolder(target);
  const isIntoFolder = isFolderThere && !plan.isExact;
  checkSources(plan, isIntoFolder);
  const names = new UsedNames();
  const downloads: Download[] = [];
  for (const source of plan.sources) {
    const download = await tryOrReport(context, async () => {
      const named = await findRemote(source, context);
      const isInside = isIntoFolder && !isFolderContents(source);
      if (isInside) names.take(named.name, source);
      const node = await followLink(named, context);
      checkType(node, source, plan);
      if (isInside) return { node, target: join(target, named.name) };
      if (node.attributes.type !== "directory") {
        return { node, target: await fileDestination(target, isFolderThere) };
      }
      const isNew = !isFolderThere && !plan.isExact;
      if (isNew && !isFolderContents(source)) context.resumption.madeDestination();
      return { node, target };
    });
    if (download !== undefined) downloads.push(download);
  }
  const roots = downloads.map(({ node: { path }, target: copy }) => ({ path, copy }));
  yield* downloadJobs(downloads, roots, context);
}

/** The path for a file that is copied to `target` itself. @throws BsmountError `usage` when no file can be there */
async function fileDestination(target: string, isFolderThere: boolean): Promise<string> {
  if (isFolderThere) throw folderInTheWayError(target);
  if (FOLDER_PATH.test(target)) throw notAFolderError(target);
  return await followDestination(target);
}

/** @throws BsmountError `usage` for a folder without -r, and for a file that is written like a folder, `FILE/.` */
function checkType({ attributes, path }: RemoteNode, source: string, plan: CopyPlan): void {
  const isDirectory = attributes.type === "directory";
  if (isDirectory && !plan.isRecursive) throw recursiveRequiredError(path);
  if (!isDirectory && isFolderContents(source)) {
    throw new BsmountError("usage", `${source} is not a folder`);
  }
}

/** The bytes of all sources, for the progress bar; sources that cannot be read count 0. */
export async function sizeOut({ sources }: CopyPlan, options: RemoteTreeOptions): Promise<number> {
  let sum = 0;
  for (const source of sources) {
    try {
      const node = await followLink(await findRemote(source, options), options);
      sum += await sizeOfRemote(node, [node.path], options);
    } catch {
      // Copying this source will report what is wrong.
      options.signal.throwIfAborted();
    }
  }
  return sum;
}

/** Ends in `/` or `/.`, as only the path of a folder does. */
const FOLDER_PATH = /\/\.?$/;

function notAFolderError(target: string): BsmountError {
  return new BsmountError("usage", `${target} is not a folder`, {
    remedy: `mkdir -p '${target}', or leave the / out to give the copy that name`,
  });
}

function folderInTheWayError(target: string): BsmountError {
  return new BsmountError("usage", `${target} is a folder: no file can replace it`);
}
