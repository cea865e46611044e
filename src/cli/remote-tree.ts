import { BsmountError, reasonOf } from "../core/errors.ts";
import type { Attributes, DirectoryEntry, FileSystem } from "../fs/file-system.ts";
import { remoteNames } from "./remote-path.ts";

/** An entry of the tree, with the path that a mount would show. */
export interface RemoteNode {
  /** Ends without a slash; the root is `bs:`. */
  readonly path: string;
  readonly name: string;
  readonly attributes: Attributes;
}

export interface RemoteTreeOptions {
  readonly fileSystem: FileSystem;
  readonly signal: AbortSignal;
}

/** Finds `bs:/PATH`. @throws BsmountError `not-found` naming the first missing part */
export async function findRemote(
  path: string,
  { fileSystem, signal }: RemoteTreeOptions,
): Promise<RemoteNode> {
  let node: RemoteNode = {
    path: "bs:",
    name: "",
    attributes: await fileSystem.getattr(fileSystem.root, signal),
  };
  for (const name of remoteNames(path)) {
    const parent = await followLink(node, { fileSystem, signal });
    node = await childOf(parent, name, { fileSystem, signal });
  }
  return node;
}

/** The entries of `node` by name, without `.` and `..`. `node` must not be a link, see {@link followLink}. */
export async function listRemote(
  { attributes }: RemoteNode,
  { fileSystem, signal }: RemoteTreeOptions,
): Promise<readonly DirectoryEntry[]> {
  const entries = await fileSystem.readdir(attributes.ino, signal);
  return entries
    .filter(({ name }) => name !== "." && name !== "..")
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The child `name` of `parent`. */
export async function childOf(
  parent: RemoteNode,
  name: string,
  { fileSystem, signal }: RemoteTreeOptions,
): Promise<RemoteNode> {
  const path = `${parent.path}/${name}`;
  try {
    const attributes = await fileSystem.lookup(parent.attributes.ino, name, signal);
    return { path, name, attributes };
  } catch (error) {
    if (reasonOf(error) !== "not-found" && reasonOf(error) !== "not-a-directory") throw error;
    throw new BsmountError("not-found", `there is no ${path}`, {
      remedy: `bsmount ls '${parent.path}/' lists what exists (a / inside a name is shown as ／)`,
    });
  }
}

/**
 * The node to which a link leads, or `node` itself if it is not a link. The links of this tree are relative to their
 * folder.
 */
export async function followLink(
  node: RemoteNode,
  options: RemoteTreeOptions,
): Promise<RemoteNode> {
  if (node.attributes.type !== "symlink") return node;
  const { fileSystem, signal } = options;
  const target = await fileSystem.readlink(node.attributes.ino, signal);
  const names = node.path.slice("bs:/".length).split("/").slice(0, -1);
  for (const part of target.split("/")) {
    if (part === "..") names.pop();
    else names.push(part);
  }
  return await findRemote(`bs:/${names.join("/")}`, options);
}
