import { BsmountError, reasonOf } from "../../core/errors.ts";
import { remoteNames } from "../remote-path.ts";
import {
  childOf,
  findRemote,
  followLink,
  type RemoteNode,
  type RemoteTreeOptions,
} from "../remote-tree.ts";

/**
 * Returns the folder `name` in `parent`, and makes it when nothing has that name.
 * @throws BsmountError `not-a-directory` when a file has the name
 */
export async function ensureFolder(
  parent: RemoteNode,
  name: string,
  options: RemoteTreeOptions,
): Promise<RemoteNode> {
  const existing = await unlessMissing(childOf(parent, name, options));
  if (existing?.attributes.type === "file") {
    throw new BsmountError("not-a-directory", `${existing.path} is a file, not a folder`);
  }
  if (existing !== undefined) return existing;
  await options.fileSystem.change.mkdir(parent.attributes.ino, name, 0o755, options.signal);
  return await childOf(parent, name, options);
}

/** The folder at `path`; undefined when nothing is there, or a file. */
export async function findFolder(
  path: string,
  options: RemoteTreeOptions,
): Promise<RemoteNode | undefined> {
  const found = await unlessMissing(findRemote(path, options));
  if (found === undefined) return undefined;
  const node = await followLink(found, options);
  return node.attributes.type === "directory" ? node : undefined;
}

/**
 * The folder at `path`. A folder below the files of an app result need not exist: its first file makes it appear.
 * @throws BsmountError `not-found`, `read-only`
 */
export async function ensureFolderAt(
  path: string,
  options: RemoteTreeOptions,
): Promise<RemoteNode> {
  const names = remoteNames(path);
  const [kind, , sort, result, files] = names;
  const isInResult = kind === "projects" && sort === "appresults" && result !== undefined;
  if (!isInResult) return await followLink(await findRemote(path, options), options);
  await checkAppResult(`bs:/${names.slice(0, 4).join("/")}`, options);
  const existingNames = files === "files" ? 5 : names.length;
  let folder = await findRemote(`bs:/${names.slice(0, existingNames).join("/")}`, options);
  for (const name of names.slice(existingNames)) folder = await ensureFolder(folder, name, options);
  return folder;
}

/** @throws BsmountError `not-found`, with the command that makes the app result as the remedy */
async function checkAppResult(path: string, options: RemoteTreeOptions): Promise<void> {
  try {
    await findRemote(path, options);
  } catch (error) {
    if (reasonOf(error) !== "not-found" || !(error instanceof BsmountError)) throw error;
    const remedy = `bsmount mkdir -p '${path}'`;
    throw new BsmountError("not-found", error.message, { cause: error, remedy });
  }
}

/** @throws what `found` rejects with, except `not-found` */
async function unlessMissing(found: Promise<RemoteNode>): Promise<RemoteNode | undefined> {
  try {
    return await found;
  } catch (error) {
    if (reasonOf(error) === "not-found") return undefined;
    throw error;
  }
}
