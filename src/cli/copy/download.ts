import { lstat, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { withIndexes } from "../../core/index-files.ts";
import { makeFolders } from "../../core/make-folders.ts";
import {
  childOf,
  followLink,
  listRemote,
  type RemoteNode,
  type RemoteTreeOptions,
} from "../remote-tree.ts";
import { type Copying, type CopyJob, reporting } from "./copying.ts";
import { downloadFile } from "./download-file.ts";
import { notOlder } from "./index-order.ts";
import { type CopiedRoot, isWithin, staysLink } from "./links.ts";

/** Something to be copied to this machine, with everything in it. */
export interface Download {
  readonly node: RemoteNode;
  readonly target: string;
}

/**
 * What it takes to copy `downloads`: a job for each link, and for each file with its indexes. The folders are made
 * on the way. Names come encoded from the tree, so none holds a slash or is `..`; a symlink where a folder is to
 * be is refused, one where a file is to be is replaced, and none on this machine is followed but the destination
 * itself, see `named-target.ts`. Those of BaseSpace stay links where they lead to something in `roots`, which is copied too, and are followed everywhere else.
 */
export async function* downloadJobs(
  downloads: readonly Download[],
  roots: readonly CopiedRoot[],
  copying: Copying,
): AsyncGenerator<CopyJob, void, undefined> {
  for (const { data, indexes } of withIndexes(downloads, ({ target }) => target)) {
    const files: Download[] = [];
    for (const one of [data, ...indexes]) {
      const { type } = one.node.attributes;
      if (type === "directory") yield* folderJobs(one, roots, copying);
      else if (type === "symlink") yield* linkJobs(one, roots, copying);
      else {
        await reporting(copying, async () => {
          copying.taken.take("file", one.target, one.node.path);
          files.push(one);
        });
      }
    }
    if (files.length > 0) yield async () => await downloadInOrder(files, copying);
  }
}

/** A file, then its indexes. Dates that BaseSpace has of an index may be older than those of its data. */
async function downloadInOrder(files: readonly Download[], copying: Copying): Promise<void> {
  for (const { node, target } of files) {
    await reporting(copying, async () => {
      await downloadFile(node, target, copying);
      const [data] = files;
      if (data !== undefined && data.target !== target) await notOlder(target, data.target);
    });
  }
}

async function* folderJobs(
  { node, target }: Download,
  roots: readonly CopiedRoot[],
  copying: Copying,
): AsyncGenerator<CopyJob, void, undefined> {
  const names: string[] = [];
  await reporting(copying, async () => {
    copying.taken.take("folder", target, node.path);
    await makeFolder(target);
    for (const { name } of await listRemote(node, copying)) names.push(name);
  });
  for (const { data, indexes } of withIndexes(names, (name) => name)) {
    const children: Download[] = [];
    for (const name of [data, ...indexes]) {
      await reporting(copying, async () => {
        children.push({ node: await childOf(node, name, copying), target: join(target, name) });
      });
    }
    yield* downloadJobs(children, roots, copying);
  }
}

async function* linkJobs(
  { node, target }: Download,
  roots: readonly CopiedRoot[],
  copying: Copying,
): AsyncGenerator<CopyJob, void, undefined> {
  const jobs: CopyJob[] = [];
  const followed: Download[] = [];
  await reporting(copying, async () => {
    const text = await copying.fileSystem.readlink(node.attributes.ino, copying.signal);
    if (staysLink({ path: node.path, text, place: target }, roots)) {
      copying.taken.take("file", target, node.path);
      jobs.push(async () => await makeLink(text, target));
    } else {
      followed.push({ node: await followLink(node, copying), target });
    }
  });
  yield* jobs;
  for (const one of followed) {
    const root = { path: one.node.path, place: target };
    yield* downloadJobs([one], [...roots, root], copying);
  }
}

/**
 * All bytes of the files at `node` and below, for a bar. What cannot be listed counts nothing, nor does what a
 * link in `within`, the paths that are copied, leads to.
 */
export async function sizeOfRemote(
  node: RemoteNode,
  within: readonly string[],
  options: RemoteTreeOptions,
): Promise<number> {
  const { type, sizeBytes } = node.attributes;
  if (type === "file") return sizeBytes;
  let sum = 0;
  try {
    if (type === "symlink") {
      const linked = await followLink(node, options);
      if (within.some((path) => isWithin(linked.path, path))) return 0;
      return await sizeOfRemote(linked, [...within, linked.path], options);
    }
    for (const { name } of await listRemote(node, options)) {
      sum += await sizeOfRemote(await childOf(node, name, options), within, options);
    }
  } catch {
    options.signal.throwIfAborted();
  }
  return sum;
}

/** What has the name already stays, unless it is a link too. */
async function makeLink(text: string, target: string): Promise<void> {
  const before = await lstat(target).catch(() => undefined);
  if (before?.isSymbolicLink() === true) await rm(target, { force: true });
  await symlink(text, target).catch((cause: unknown) => {
    throw new BsmountError("usage", `cannot make the link ${target}`, { cause });
  });
}

async function makeFolder(path: string): Promise<void> {
  const before = await lstat(path).catch(() => undefined);
  if (before === undefined) await makeFolders(path);
  else if (!before.isDirectory()) {
    const problem = `${path} is in the way: it is a link or a file, not a folder`;
    throw new BsmountError("usage", problem, { remedy: "remove it, or copy to another place" });
  }
}
