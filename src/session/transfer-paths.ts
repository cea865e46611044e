import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { BsmountError } from "../core/errors.ts";
import type { AppResultId, FileId } from "../core/ids.ts";
import { newName, newPath, writableFolder } from "../fs/writable-folder.ts";
import { ensurePrivateFolder } from "../linux/private-folder.ts";
import type { EntityMaker } from "../fs/writing.ts";
import { decodeName } from "../tree/encoding.ts";
import type { Node } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";
import { StagedFile } from "../write/staged-file.ts";
import type { Whiteouts } from "../write/whiteouts.ts";

/** A file that can be downloaded. */
export interface RemoteFile {
  readonly id: FileId;
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly isArchived: boolean;
  readonly etag?: string;
  /** When it became complete, in milliseconds since 1970. */
  readonly dateCreatedMs: number;
}

/** Where a file is uploaded to, and the journal of the upload. */
export interface UploadPlan {
  readonly appResultId: AppResultId;
  readonly path: string;
  readonly journal: string;
  /** The file that has the path now. */
  readonly existing?: RemoteFile;
  /** Whether a file existed before: it is `existing`, or is not shown on this machine. */
  readonly existedBefore: (fileId: FileId) => Promise<boolean>;
}

export interface TransferPaths {
  /** The file of BaseSpace at `path`; undefined for files that bsmount makes, such as `.json`. @throws `not-found` */
  fileAt(path: string, signal: AbortSignal): Promise<RemoteFile | undefined>;
  /**
   * Returns where a local file of that name is uploaded to when it is copied into the folder at `path`.
   * @throws BsmountError `read-only`, `access-denied`, `invalid`, `is-a-directory`
   */
  uploadInto(
    path: string,
    local: { readonly name: string; readonly source: string },
    signal: AbortSignal,
  ): Promise<UploadPlan>;
}

export interface TransferPathsOptions {
  /** The origin of the API server. */
  readonly apiServer: string;
  readonly tree: PathTree;
  readonly maker: EntityMaker;
  readonly whiteouts: Pick<Whiteouts, "isHidden" | "upToDate">;
  readonly stateFolder: string;
}

/** Paths are those that the mount shows. */
export function transferPathsOf({
  apiServer,
  tree,
  maker,
  whiteouts,
  stateFolder,
}: TransferPathsOptions): TransferPaths {
  return {
    fileAt: async (path, signal) => {
      return remoteFile(await tree.resolve(path, signal));
    },
    uploadInto: async (path, { name, source }, signal) => {
      const folder = await tree.resolve(path, signal);
      const { appResult, appResultId, prefix } = writableFolder(folder);
      const target = newPath(prefix + newName(name));
      const existing = (await tree.list(folder, signal)).get(name);
      if (existing?.type === "directory") {
        throw new BsmountError("is-a-directory", `${path}/${decodeName(name)} is a directory`);
      }
      await maker.checkAccess(appResult, signal);
      const what = `${apiServer} ${appResultId}/${target} ${resolve(source)}`;
      const journal = await journalOf(stateFolder, what);
      const file = existing === undefined ? undefined : remoteFile(existing);
      const existedBefore = async (fileId: FileId): Promise<boolean> => {
        await whiteouts.upToDate(appResultId);
        return fileId === file?.id || whiteouts.isHidden(appResultId, fileId);
      };
      const destination = { appResultId, path: target, journal, existedBefore };
      return file === undefined ? destination : { ...destination, existing: file };
    },
  };
}

function remoteFile(node: Node): RemoteFile | undefined {
  if (node.kind !== "file" || node.item instanceof StagedFile) return undefined;
  const { id, path, sizeBytes, isArchived, etag, dateCreatedMs } = node.item;
  const name = path.split("/").at(-1) ?? path;
  const known = { id, name, path, sizeBytes, isArchived, dateCreatedMs };
  return etag === undefined ? known : { ...known, etag };
}

/** The folder of the journals of uploads. */
export function transfersFolderIn(stateFolder: string): string {
  return join(stateFolder, "transfers");
}

/** The folder of the locks of transfers. */
export function lockFolderIn(stateFolder: string): string {
  return join(stateFolder, "locks");
}

/** One file for each upload; its name is a digest of source and destination. */
async function journalOf(stateFolder: string, what: string): Promise<string> {
  const folder = transfersFolderIn(stateFolder);
  await ensurePrivateFolder(stateFolder);
  await ensurePrivateFolder(folder);
  return join(folder, `${createHash("sha256").update(what).digest("hex").slice(0, 32)}.parts`);
}
