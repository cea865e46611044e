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
import { type CopyContext, type CopyJob, tryOrReport } from "./copy.ts";
import { downloadFile } from "./download-file.ts";
import { makeNotOlder } from "./index-order.ts";
import { type CopiedRoot, isWithin, keepsLink } from "./copied-links.ts";

/** A file, folder or link to be copied to this machine, with everything in it. */
export interface Download {
  readonly node: RemoteNode;
  readonly target: string;
}

/**
 * Yields a job for each link, and one for each file with its indexes; makes the folders on the way. The tree encodes
 * names, so none of them contains a slash or is `..`. A symlink at the path of a folder is refused, and one at the path
 * of a file is replaced; no symlink of this machine is followed except the destination itself, see
 * `destination-file.ts`. A link of BaseSpace stays a link where it leads to something in `roots`, which is copied too,
 * and is followed everywhere else.
 */
export async function* downloadJobs(
  downloads: readonly Download[],
  roots: readonly CopiedRoot[],
  context: CopyContext,
): AsyncGenerator<CopyJob, void, undefined> {
  for (const { data, indexes } of withIndexes(downloads, ({ target }) => target)) {
    const files: Download[] = [];
    for (const download of [data, ...indexes]) {
      const { type } = download.node.attributes;
      if (type === "directory") yield* folderJobs(download, roots, context);
      else if (type === "symlink") yield* linkJobs(download, roots, context);
      else {
        await tryOrReport(context, async () => {
          context.usedPaths.take("file", download.target, download.node.path);
          files.push(download);
        });
      }
    }
    if (files.length > 0) yield async () => await downloadInOrder(files, context);
  }
}

/** Downloads a file, then its indexes, whose dates in BaseSpace may be older than that of their data. */
async function downloadInOrder(files: readonly Download[], context: CopyContext): Promise<void> {
  for (const { node, target } of files) {
    await tryOrReport(context, async () => {
      await downloadFile(node, target, context);
      const [data] = files;
      if (data !== undefined && data.target !== target) await makeNotOlder(target, data.target);
    });
  }
}

async function* folderJobs(
  { node, target }: Download,
  roots: readonly CopiedRoot[],
  context: CopyContext,
): AsyncGenerator<CopyJob, void, undefined> {
  const entries = await tryOrReport(context, async () => {
    context.usedPaths.take("folder", target, node.path);
    await makeFolder(target);
    return await listRemote(node, context);
  });
  for (const { data, indexes } of withIndexes(entries ?? [], ({ name }) => name)) {
    const children: Download[] = [];
    for (const { name } of [data, ...indexes]) {
      const child = await tryOrReport(context, async () => await childOf(node, name, context));
      if (child !== undefined) children.push({ node: child, target: join(target, name) });
    }
    yield* downloadJobs(children, roots, context);
  }
}

async function* linkJobs(
  { node, target }: Download,
  roots: readonly CopiedRoot[],
  context: CopyContext,
): AsyncGenerator<CopyJob, void, undefined> {
  const link = await tryOrReport(context, async () => {
    const text = await context.fileSystem.readlink(node.attributes.ino, context.signal);
    if (!keepsLink({ path: node.path, text, copy: target }, roots)) {
      return { linked: await followLink(node, context) };
    }
    context.usedPaths.take("file", target, node.path);
    return { text };
  });
  if (link === undefined) return;
  if (link.linked === undefined) {
    yield async () => await makeLink(link.text, target);
    return;
  }
  const root = { path: link.linked.path, copy: target };
  yield* downloadJobs([{ node: link.linked, target }], [...roots, root], context);
}

/**
 * The bytes of all files at `node` and below, for the progress bar. What cannot be listed counts 0, as do links into
 * `within`, the paths that are copied.
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

/** Replaces a link at `target`, and nothing else. */
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
    throw new BsmountError("usage", problem, {
      remedy: "remove it, or copy to another destination",
    });
  }
}
