import { compareIds } from "../core/compare-ids.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { FileId } from "../core/ids.ts";
import { lastReleaseReported } from "../write/last-release.ts";
import { type NewName, notStagedError } from "../write/staged-names.ts";
import type { Occupants } from "../write/removing.ts";
import { StagedFile } from "../write/staged-file.ts";
import { isRemovedWhileOpen, stagedNameOf } from "../write/temporary-names.ts";
import { type FileNode, type FolderDirectory, type Node, pathOf } from "../tree/node.ts";
import type { ChangeParts } from "./change-parts.ts";
import type { Ino } from "./file-system.ts";
import { isUnfinished } from "./writing.ts";
import { aliasOf, occupantsOf } from "./occupants.ts";
import {
  newName,
  newPath,
  resultFileOf,
  type WritableFolder,
  writableFolder,
} from "./writable-folder.ts";

interface Destination extends WritableFolder {
  readonly name: string;
  readonly path: string;
  readonly existing: Node | undefined;
}

/** rename(2) of files whose bytes are staged, and of folders of them. */
export class Renaming {
  readonly #options: ChangeParts;

  constructor(options: ChangeParts) {
    this.#options = options;
  }

  /**
   * A file that awaits its rename is finished under its final name: before this returns when most of it was sent already
   * or it is small, else in the background. When a rename fails every name is what it was.
   *
   * @throws BsmountError `never-possible`, `busy`, `cross-entity`, `read-only`; what finishing can throw
   */
  async rename(
    parent: Ino,
    name: string,
    newParent: Ino,
    newName: string,
    signal: AbortSignal,
  ): Promise<void> {
    const { tree } = this.#options;
    const source = await tree.child(await this.#current(parent, signal), name, signal);
    const to = await this.#destination(newParent, newName, signal);
    if (source.kind !== "file" && source.kind !== "folder") {
      throw new BsmountError("never-possible", `${pathOf(source)} cannot be renamed`);
    }
    const { appResultId } = writableFolder(source.kind === "file" ? source.parent : source);
    if (appResultId !== to.appResultId) {
      throw new BsmountError("cross-entity", `${pathOf(source)} is in another app result`);
    }
    // A file that gets another name now could be missing when its result is complete.
    this.#options.writing.staged.writers.checkOpen(appResultId);
    if (source.kind === "file") await this.#renameFile(source, to, signal);
    else await this.#renameFolder(source, to, signal);
  }

  async #renameFile(source: FileNode, to: Destination, signal: AbortSignal): Promise<void> {
    const { existing } = to;
    if (existing?.kind === "file" && existing.item === source.item) return;
    const isHidden = isRemovedWhileOpen(to.name);
    if (isHidden) this.#options.onHidden(pathOf(source));
    if (isHidden && !isStaged(source)) {
      await this.#hide(source, to, signal);
      return;
    }
    const file = stagedFile(source);
    refuseFinalName(file, to);
    const replaced = await this.#replaced(existing, signal);
    const { whiteouts } = this.#options.writing.staged;
    const hidden = whiteouts.newestHidden(to.appResultId, to.path);
    const { versions: old } = await occupantsOf(source, this.#options.tree, signal);
    const shown = (existing === undefined ? undefined : shownAt(existing)) ?? hidden;
    const newName = { path: to.path, replaced, old, shown };
    await this.#giveName(file, newName, signal);
  }

  /** libfuse removes an open file when it is closed, and gives it this name until then. */
  async #hide(source: FileNode, to: Destination, signal: AbortSignal): Promise<void> {
    const { tree, writing } = this.#options;
    const { staged } = writing;
    const occupants = await occupantsOf(source, tree, signal);
    const alias = aliasOf(source, to.path);
    await staged.removing.remove(resultFileOf(source), occupants, signal);
    staged.addAlias(to.appResultId, alias);
  }

  async #giveName(file: StagedFile, newName: NewName, signal: AbortSignal): Promise<void> {
    const { names, finishing, lists } = this.#options.writing.staged;
    lists.list(file.appResultId).keepFolders(file.path);
    await lastReleaseReported(file, signal);
    const isToFinish = becomesFinal(file, newName.path) && !file.isOpenForWriting;
    const waits = file.writeMode === "through" && !file.awaitsCommit;
    if (isToFinish && waits && names.isQuick(file, newName.path)) {
      await names.finishAs(file, newName, signal);
      return;
    }
    const wasComplete = await names.rename(file, newName, signal);
    const isDue = (isToFinish || wasComplete) && !file.isOpenForWriting;
    if (isDue) finishing.finishInBackground(file);
  }

  /** A folder is nothing but the paths of what is in it. */
  async #renameFolder(
    source: FolderDirectory,
    to: Destination,
    signal: AbortSignal,
  ): Promise<void> {
    const { appResultId, prefix } = writableFolder(source);
    if (prefix === "") {
      throw new BsmountError("never-possible", `${pathOf(source)} cannot be renamed`);
    }
    if (to.path === prefix.slice(0, -1)) return;
    if (`${to.path}/`.startsWith(prefix)) {
      throw new BsmountError("invalid", `${pathOf(source)} cannot move into itself`);
    }
    if (to.existing !== undefined) await this.#checkEmpty(to.existing, signal);
    const files = await this.#filesToMove(source, signal);
    await Promise.all(files.map(async (file) => await lastReleaseReported(file, signal)));
    const moved = (path: string): string => newPath(to.path + `/${path}`.slice(prefix.length));
    const movedFiles = files.map((file) => ({ file, path: moved(file.path) }));
    const list = this.#options.writing.staged.lists.list(appResultId);
    list.keepFolders(prefix.slice(0, -1));
    const movedFolders = list.folders
      .filter((folder) => `${folder}/`.startsWith(prefix))
      .map((folder) => ({ folder, path: moved(folder) }));
    if (to.existing !== undefined) list.removeFolder(to.path);
    for (const { folder, path } of movedFolders) {
      list.removeFolder(folder);
      list.addFolder(path);
    }
    for (const { file, path } of movedFiles) await this.#moveWithFolder(file, path, signal);
  }

  /** A file that awaited the rename of its folder is finished afterwards: if one of many failed, others have moved. */
  async #moveWithFolder(file: StagedFile, path: string, signal: AbortSignal): Promise<void> {
    const { names, finishing } = this.#options.writing.staged;
    const isToFinish = becomesFinal(file, path);
    const wasComplete = await names.rename(file, { path }, signal);
    const isDue = (isToFinish || wasComplete) && !file.isOpenForWriting;
    if (isDue) finishing.finishInBackground(file);
  }

  /** All of them are staged, or none is moved. */
  async #filesToMove(source: FolderDirectory, signal: AbortSignal): Promise<readonly StagedFile[]> {
    const files: StagedFile[] = [];
    for await (const node of filesBelow(this.#options.tree, source, signal)) {
      files.push(stagedFile(node));
    }
    return files;
  }

  /** What has the name that a file is renamed to. @throws BsmountError `is-a-directory`, `busy` */
  async #replaced(existing: Node | undefined, signal: AbortSignal): Promise<Occupants | undefined> {
    if (existing === undefined) return undefined;
    if (existing.kind === "file") return await occupantsOf(existing, this.#options.tree, signal);
    throw new BsmountError("is-a-directory", `${pathOf(existing)} is a directory`);
  }

  async #checkEmpty(existing: Node, signal: AbortSignal): Promise<void> {
    if (existing.kind !== "folder") {
      throw new BsmountError("not-a-directory", `${pathOf(existing)} is not a directory`);
    }
    if ((await this.#options.tree.list(existing, signal)).size > 0) {
      throw new BsmountError("not-empty", `${pathOf(existing)} is not empty`);
    }
  }

  async #destination(parent: Ino, name: string, signal: AbortSignal): Promise<Destination> {
    const directory = await this.#current(parent, signal);
    const folder = writableFolder(directory);
    const path = newPath(folder.prefix + newName(name));
    return { ...folder, name, path, existing: await this.#existing(directory, name, signal) };
  }

  async #existing(directory: Node, name: string, signal: AbortSignal): Promise<Node | undefined> {
    try {
      return await this.#options.tree.child(directory, name, signal);
    } catch (error) {
      if (reasonOf(error) === "not-found") return undefined;
      throw error;
    }
  }

  async #current(ino: Ino, signal: AbortSignal): Promise<Node> {
    const { tree, nodeOf } = this.#options;
    return await tree.current(nodeOf(ino), signal);
  }
}

/** Whether its bytes are here, so that it can be uploaded under another name. */
function isStaged({ item }: FileNode): boolean {
  return item instanceof StagedFile && item.isStaged;
}

/**
 * The staged file of `node`, which is to have another name.
 * @throws BsmountError `cross-entity` when only BaseSpace has its bytes, so that mv(1) copies it; `busy`
 */
function stagedFile(node: FileNode): StagedFile {
  const { item } = node;
  if (!(item instanceof StagedFile) || !item.isStaged) {
    throw notStagedError(pathOf(node));
  }
  if (item.replacement === undefined) return item;
  throw new BsmountError("busy", `${pathOf(node)} is being renamed or replaced`);
}

/** The newest complete file that has the name of `existing`, as far as it is known here. */
function shownAt(existing: Node): FileId | undefined {
  if (existing.kind !== "file") return undefined;
  const { item } = existing;
  if (!isUnfinished(existing)) return item.id;
  return item instanceof StagedFile ? item.replaces.toSorted(compareIds).at(-1) : undefined;
}

/** A file that lacks bytes keeps its temporary name: under the final one it would look whole. */
function refuseFinalName(file: StagedFile, { path }: Destination): void {
  const { failedChange } = file.content;
  if (failedChange !== undefined && becomesFinal(file, path)) throw failedChange;
}

/**
 * Whether `file` awaits a rename, and `path` is a final name. An interrupted file keeps waiting for somebody to close it,
 * whatever its name.
 */
function becomesFinal({ awaitsRename, isInterrupted }: StagedFile, path: string): boolean {
  if (isInterrupted) return false;
  return awaitsRename && !stagedNameOf(path).awaitsRename;
}

async function* filesBelow(
  tree: ChangeParts["tree"],
  folder: FolderDirectory,
  signal: AbortSignal,
): AsyncGenerator<FileNode> {
  for (const node of (await tree.list(folder, signal)).values()) {
    if (node.kind === "file") yield node;
    else if (node.kind === "folder") yield* filesBelow(tree, node, signal);
  }
}
