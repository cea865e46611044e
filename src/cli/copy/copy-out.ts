import { join } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { findRemote, followLink, type RemoteNode, type RemoteTreeOptions } from "../remote-tree.ts";
import { type Copying, type CopyJob, reporting } from "./copying.ts";
import { type Download, downloadJobs, sizeOfRemote } from "./download.ts";
import { namedTarget } from "./named-target.ts";
import {
  checkSeveral,
  type CpPlan,
  isContents,
  isFolder,
  needsRecursive,
  TakenNames,
} from "./places.ts";

/** A job for each file that is copied to this machine. */
export async function* jobsOut(
  plan: CpPlan,
  copying: Copying,
): AsyncGenerator<CopyJob, void, undefined> {
  const { target } = plan;
  const isThere = await isFolder(target);
  const isIntoFolder = isThere && !plan.isExact;
  checkSeveral(plan, isIntoFolder);
  const names = new TakenNames();
  const downloads: Download[] = [];
  for (const source of plan.sources) {
    await reporting(copying, async () => {
      const named = await findRemote(source, copying);
      const isInside = isIntoFolder && !isContents(source);
      if (isInside) names.take(named.name, source);
      const node = await followLink(named, copying);
      checkType(node, source, plan);
      const isFile = node.attributes.type !== "directory";
      const itself = isFile && !isInside ? await fileTarget(target, isThere) : target;
      const isNew = !isFile && !isThere && !plan.isExact;
      if (isNew && !isContents(source)) copying.resumption.moved();
      downloads.push({ node, target: isInside ? join(target, named.name) : itself });
    });
  }
  const roots = downloads.map(({ node: { path }, target: place }) => ({ path, place }));
  yield* downloadJobs(downloads, roots, copying);
}

/** Where a file goes that is copied to `target` itself. @throws BsmountError `usage` where no file can be */
async function fileTarget(target: string, isFolderThere: boolean): Promise<string> {
  if (isFolderThere) throw isInTheWay(target);
  if (ASKS_FOR_FOLDER.test(target)) throw isNoFolder(target);
  return await namedTarget(target);
}

/** @throws BsmountError `usage` for a folder without -r, and a file of which only a folder has the form */
function checkType({ attributes, path }: RemoteNode, source: string, plan: CpPlan): void {
  const isDirectory = attributes.type === "directory";
  if (isDirectory && !plan.isRecursive) throw needsRecursive(path);
  if (!isDirectory && isContents(source)) {
    throw new BsmountError("usage", `${source} is not a folder`);
  }
}

/** All bytes that are to be copied, for a bar. */
export async function sizeOut({ sources }: CpPlan, options: RemoteTreeOptions): Promise<number> {
  let sum = 0;
  for (const source of sources) {
    try {
      const node = await followLink(await findRemote(source, options), options);
      sum += await sizeOfRemote(node, [node.path], options);
    } catch {
      // Copying it says what is wrong.
      options.signal.throwIfAborted();
    }
  }
  return sum;
}

/** Ends in `/` or `/.`, which only a folder's path does. */
const ASKS_FOR_FOLDER = /\/\.?$/;

function isNoFolder(target: string): BsmountError {
  return new BsmountError("usage", `${target} is no folder`, {
    remedy: `mkdir -p '${target}', or leave the / out to give the copy that name`,
  });
}

function isInTheWay(target: string): BsmountError {
  return new BsmountError("usage", `${target} is a folder: no file can take its place`);
}
