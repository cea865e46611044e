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
 * The folder `name` in `parent`, which is made when nothing of that name is there.
 * @throws BsmountError `not-a-directory` when a file has the name
 */
export async function folderIn(
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

/** The folder at `path`; undefined when there is nothing, or something else. */
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
 * The folder at `path`. One that is missing below the files of an app result counts as there: it is so from
 * the first file in it on.
 * @throws BsmountError `not-found`, `read-only`
 */
export async function folderAt(path: string, options: RemoteTreeOptions): Promise<RemoteNode> {
  const names = remoteNames(path);
  const [kind, , sort, result, files] = names;
  const isInResult = kind === "projects" && sort === "appresults" && result !== undefined;
  if (!isInResult) return await followLink(await findRemote(path, options), options);
  await checkResult(`bs:/${names.slice(0, 4).join("/")}`, options);
  const ownNames = files === "files" ? 5 : names.length;
  let folder = await findRemote(`bs:/${names.slice(0, ownNames).join("/")}`, options);
  for (const name of names.slice(ownNames)) folder = await folderIn(folder, name, options);
  return folder;
}

/** @throws BsmountError `not-found`, and says what makes an app result */
async function checkResult(path: string, options: RemoteTreeOptions): Promise<void> {
  try {
    await findRemote(path, options);
  } catch (error) {
    if (reasonOf(error) !== "not-found" || !(error instanceof BsmountError)) throw error;
    const remedy = `bsmount mkdir -p '${path}'`;
    throw new BsmountError("not-found", error.message, { cause: error, remedy });
  }
}

/** @throws what `looking` throws, but for `not-found` */
async function unlessMissing(looking: Promise<RemoteNode>): Promise<RemoteNode | undefined> {
  try {
    return await looking;
  } catch (error) {
    if (reasonOf(error) === "not-found") return undefined;
    throw error;
  }
}
