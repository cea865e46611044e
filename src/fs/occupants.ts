import type { FileItem } from "../catalog/catalog.ts";
import { BsmountError } from "../core/errors.ts";
import { encodeName } from "../tree/encoding.ts";
import { type FileNode, pathOf } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";
import type { Occupants } from "../write/removing.ts";
import { StagedFile } from "../write/staged-file.ts";
import type { FileAlias } from "../write/staged-list.ts";

/**
 * What has to go when the file at `node` is removed or replaced: all versions of its path, or one of them if `node` is
 * that of an older version.
 *
 * @throws BsmountError `busy` while another file is replacing it
 */
export async function occupantsOf(
  node: FileNode,
  tree: PathTree,
  signal: AbortSignal,
): Promise<Occupants> {
  const { item } = node;
  const file = item instanceof StagedFile ? item : undefined;
  if (file?.replacement !== undefined) {
    throw new BsmountError("busy", `${pathOf(node)} is being renamed or replaced`, {
      remedy: "wait until that call has returned",
    });
  }
  const all = isNewest(node) ? await tree.versionsOf(node, signal) : [item];
  const versions: FileItem[] = [];
  const older: StagedFile[] = [];
  for (const each of all) {
    if (!(each instanceof StagedFile)) versions.push(each);
    else if (each !== file) older.push(each);
  }
  return { file, older, versions: versions.map(hiddenFile) };
}

/** Whether `item` is another name of a file of BaseSpace, which is shown as long as that is open. */
export function isAlias(item: FileItem): item is FileAlias {
  return !(item instanceof StagedFile) && "replaces" in item;
}

/** Another name of the file at `node`. */
export function aliasOf({ item }: FileNode, path: string): FileAlias {
  const { id, sizeBytes, dateCreatedMs, dateModifiedMs, etag, contentType, isArchived } = item;
  const shown = { dateCreatedMs, dateModifiedMs, etag, contentType, isArchived };
  return { id, path, sizeBytes, ...shown, replaces: [] };
}

/** Older versions have their Id in their name. */
function isNewest({ name, item: { path } }: FileNode): boolean {
  return encodeName(path.slice(path.lastIndexOf("/") + 1)) === name;
}

function hiddenFile({ id, path }: FileItem): { readonly id: string; readonly path: string } {
  return { id, path };
}
