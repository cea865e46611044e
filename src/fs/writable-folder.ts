import type { Entity } from "../catalog/catalog.ts";
import { BsmountError } from "../core/errors.ts";
import type { AppResultId } from "../core/ids.ts";
import { decodeName, encodeName } from "../tree/encoding.ts";
import { isPathTooLong, MAX_FILE_PATH_BYTES } from "../tree/file-path.ts";
import {
  type EntityDirectory,
  type FileNode,
  type FolderDirectory,
  type Node,
  pathOf,
} from "../tree/node.ts";
import type { ResultFile } from "../write/result-file.ts";
import { checkNewName } from "./names.ts";

/** A folder that files can be made in. */
export interface WritableFolder {
  readonly appResult: Entity;
  /** The path of the app result, as the mount shows it. */
  readonly resultPath: string;
  readonly appResultId: AppResultId;
  /** The folder's path in the app result, empty or with a slash at its end. */
  readonly prefix: string;
}

/** The extended attribute of an app result that says when its files are finished; see `core/write-mode.ts`. */
export const WRITE_MODE = "user.basespace.write_mode";

export function isAppResult(node: Node): node is EntityDirectory {
  return node.kind === "entity" && node.entity.kind === "appresult";
}

/** Whether an app result takes no more files. */
export function isFinal({ status = "" }: Pick<Entity, "status">): boolean {
  return isFinalStatus(status);
}

/** Whether an app result with this status takes no more files. */
export function isFinalStatus(status: string): boolean {
  return /^(complete|aborted)$/i.test(status);
}

/** @throws BsmountError `read-only` outside of `files` of an app result that is still open */
export function writableFolder(node: Node): WritableFolder {
  if (node.kind !== "folder" || node.owner.entity.kind !== "appresult") {
    throw new BsmountError("read-only", `no files can be made in ${pathOf(node)}`, {
      remedy: "write below files/ of an app result, which mkdir makes in a project's appresults/",
    });
  }
  const { entity } = node.owner;
  if (isFinal(entity)) {
    throw new BsmountError("read-only", `${pathOf(node.owner)} is ${entity.status}`, {
      remedy: "make a new app result: mkdir beside it",
    });
  }
  return {
    appResult: entity,
    appResultId: entity.id,
    resultPath: pathOf(node.owner),
    prefix: prefixOf(node),
  };
}

/** Which file of which app result `node` is. */
export function resultFileOf({ parent, item: { path } }: FileNode): ResultFile {
  const { owner } = parent;
  return { appResultId: owner.entity.id, resultPath: pathOf(owner), path };
}

/** Whether a file or folder can be made in `node`, or the file `node` can be written. */
export function isWritable(node: Node): boolean {
  const folder = node.kind === "file" ? node.parent : node;
  if (folder.kind !== "folder" || folder.owner.entity.kind !== "appresult") return false;
  return !isFinal(folder.owner.entity);
}

/**
 * The name below `files/` in BaseSpace that is shown as `name`: one segment of a path.
 * @throws BsmountError `invalid`, `name-too-long`, `not-utf8`
 */
export function newName(name: string): string {
  const decoded = decodedName(name);
  if (!decoded.includes("/")) return decoded;
  const problem = `${JSON.stringify(name)} cannot be made: ／ stands for /, which no name in files/ can have`;
  throw new BsmountError("invalid", problem, { remedy: "give it a name without ／" });
}

/**
 * Checks a path below `files/` that something new is to have.
 * @throws BsmountError `name-too-long` when the mount would not show it there
 */
export function newPath(path: string): string {
  if (!isPathTooLong(path)) return path;
  const problem = `a path of ${Buffer.byteLength(path)} bytes is over the limit of ${MAX_FILE_PATH_BYTES}`;
  throw new BsmountError("name-too-long", `${problem}: ${path.slice(0, 40)}…`, {
    remedy: "give its folders shorter names, or put it into fewer of them",
  });
}

/**
 * The name of a new project or app result that is shown as `name`. BaseSpace removes spaces at both ends, so such an
 * entity could not be found under the name that was given.
 * @throws as {@link newName}
 */
export function newEntityName(name: string): string {
  const decoded = decodedName(name);
  if (decoded.trim() === decoded) return decoded;
  const problem = `${JSON.stringify(name)} cannot be made: names in BaseSpace do not begin or end with a space`;
  throw new BsmountError("invalid", problem, { remedy: "leave out the spaces at its ends" });
}

function decodedName(name: string): string {
  checkNewName(name);
  const decoded = decodeName(name);
  if (decoded !== "" && encodeName(decoded) === name) return decoded;
  throw new BsmountError(
    "invalid",
    `${JSON.stringify(name)} is not how any name in BaseSpace is shown`,
  );
}

function prefixOf(folder: FolderDirectory): string {
  if (folder.parent.kind !== "folder") return "";
  return `${prefixOf(folder.parent)}${decodeName(folder.name)}/`;
}
