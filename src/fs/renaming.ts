import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { FileId } from "../core/ids.ts";
import type { NewName } from "../write/staged-names.ts";
import { StagedFile } from "../write/staged-file.ts";
import { stagedNameOf } from "../write/temporary-names.ts";
import { type FileNode, type FolderDirectory, type Node, pathOf } from "../tree/node.ts";
import type { ChangeParts } from "./change-parts.ts";
import type { Ino } from "./file-system.ts";
import { newName, newPath, type WritableFolder, writableFolder } from "./writable-folder.ts";
import { alreadyCompleteError, isUnfinished, unfinishedFile } from "./writing.ts";

/** The name that libfuse gives to a file that is removed, or replaced, while somebody has it open. */
const HIDDEN_NAME = /^\.fuse_hidden/;

interface Destination extends WritableFolder {
  readonly name: string;
  readonly path: string;
  readonly existing: Node | undefined;
}

/** rename(2) of staged files that are unfinished, and of folders of them. Complete files and entities keep their names. */
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
    if (source.kind === "file") await this.#renameFile(source, to, signal);
    else await this.#renameFolder(source, to, signal);
  }

  async #renameFile(source: FileNode, to: Destination, signal: AbortSignal): Promise<void> {
    if (HIDDEN_NAME.test(to.name) && !isUnfinished(source)) {
      throw new BsmountError("busy", `${pathOf(source)} is complete in BaseSpace, and open`);
    }
    const file = unfinishedFile(source, "rename");
    if (to.existing?.kind === "file" && to.existing.item === file) return;
    refuseFinalName(file, to);
    const newName = {
      path: to.path,
      replaced: replacedFile(to.existing),
      shown: shownAt(to.existing),
    };
    await this.#giveName(file, newName, signal);
  }

  async #giveName(file: StagedFile, newName: NewName, signal: AbortSignal): Promise<void> {
    const { names, finishing } = this.#options.writing.staged;
    const isToFinish = becomesFinal(file, newName.path) && !file.isOpenForWriting;
    if (isToFinish && names.isQuick(file, newName.path)) {
      await names.finishAs(file, newName, signal);
      return;
    }
    await names.rename(file, newName, signal);
    if (isToFinish && !file.isOpenForWriting) finishing.finishInBackground(file);
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
    const moved = (path: string): string => newPath(to.path + `/${path}`.slice(prefix.length));
    const movedFiles = files.map((file) => ({ file, path: moved(file.path) }));
    const list = this.#options.writing.staged.lists.list(appResultId);
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
    // It may have been closed while the files before it were moved.
    await abandonOnAbort(file.content.settled(), signal);
    if (file.hasCompleteVersion) {
      const problem = `${file.shownPath} was finished while its folder was renamed, and keeps its name`;
      throw new BsmountError("busy", problem, {
        remedy: "name the folder after the result is read anew",
      });
    }
    const isToFinish = becomesFinal(file, path);
    await names.rename(file, { path }, signal);
    if (isToFinish && !file.isOpenForWriting) finishing.finishInBackground(file);
  }

  async #filesToMove(source: FolderDirectory, signal: AbortSignal): Promise<readonly StagedFile[]> {
    const files: StagedFile[] = [];
    for await (const node of filesBelow(this.#options.tree, source, signal)) {
      const file = unfinishedFile(node, "rename");
      if (file.hasCompleteVersion) throw alreadyCompleteError(node, "rename");
      files.push(file);
    }
    return files;
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

/**
 * The file that is replaced when another one is renamed to the name of `existing`: an unfinished one. A complete one
 * stays, as the older version.
 *
 * @throws BsmountError `is-a-directory`, `busy`
 */
function replacedFile(existing: Node | undefined): StagedFile | undefined {
  if (existing === undefined) return undefined;
  if (existing.kind !== "file") {
    throw new BsmountError("is-a-directory", `${pathOf(existing)} is a directory`);
  }
  return isUnfinished(existing) ? unfinishedFile(existing, "replace") : undefined;
}

/** The complete file that has the name of `existing`; unknown when that is unfinished and has an older version. */
function shownAt(existing: Node | undefined): FileId | null | undefined {
  if (existing === undefined) return null;
  return existing.kind === "file" && !isUnfinished(existing) ? existing.item.id : undefined;
}

/** A file that lacks bytes keeps its temporary name: under the final one it would look whole. */
function refuseFinalName(file: StagedFile, { path }: Destination): void {
  const { failedChange } = file.content;
  if (failedChange !== undefined && becomesFinal(file, path)) throw failedChange;
}

/** Whether `file` awaits a rename, and `path` is a final name. */
/** An interrupted file keeps waiting for somebody to close it, whatever its name. */
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
