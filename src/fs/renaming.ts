import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { NewName } from "../write/staged-names.ts";
import { StagedFile } from "../write/staged-file.ts";
import { stagedNameOf } from "../write/temporary-names.ts";
import { type FileNode, type FolderDirectory, type Node, pathOf } from "../tree/node.ts";
import type { ChangeParts } from "./change-parts.ts";
import type { Ino } from "./file-system.ts";
import { newName, newPath, type WritableFolder, writableFolder } from "./writable-folder.ts";
import { alreadyCompleteError, isUnfinished, unfinishedFile } from "./writing.ts";

/** The kernel's own name for a file that is removed, or written over, while somebody has it open. */
const HIDDEN_NAME = /^\.fuse_hidden/;

interface Target extends WritableFolder {
  readonly name: string;
  readonly path: string;
  readonly existing: Node | undefined;
}

/** rename(2) of what is not finished. Finished files and entities keep their names for good. */
export class Renaming {
  readonly #options: ChangeParts;

  constructor(options: ChangeParts) {
    this.#options = options;
  }

  /**
   * A file that was held back for its temporary name is finished under the new one: before the answer when
   * most of it went up already or it is small, else afterwards. When a rename fails every name is what it was.
   *
   * @throws BsmountError `never-possible`, `busy`, `cross-entity`, `read-only`; what finishing can throw
   */
  async rename(
    from: Ino,
    name: string,
    ...[to, newNameShown, signal]: [Ino, string, AbortSignal]
  ): Promise<void> {
    const { tree } = this.#options;
    const source = await tree.child(await this.#current(from, signal), name, signal);
    const target = await this.#target(to, newNameShown, signal);
    if (source.kind !== "file" && source.kind !== "folder") {
      throw new BsmountError("never-possible", `${pathOf(source)} cannot be renamed`);
    }
    const place = writableFolder(source.kind === "file" ? source.parent : source);
    if (place.appResultId !== target.appResultId) {
      throw new BsmountError("cross-entity", `${pathOf(source)} is in another app result`);
    }
    if (source.kind === "file") await this.#renameFile(source, target, signal);
    else await this.#renameFolder(source, target, signal);
  }

  async #renameFile(source: FileNode, target: Target, signal: AbortSignal): Promise<void> {
    if (HIDDEN_NAME.test(target.name) && !isUnfinished(source)) {
      throw new BsmountError("busy", `${pathOf(source)} is complete in BaseSpace, and open`);
    }
    const file = unfinishedFile(source, "rename");
    if (target.existing?.kind === "file" && target.existing.item === file) return;
    refuseFinalName(file, target);
    const newName = { path: target.path, replaced: replacedFile(target.existing) };
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
  async #renameFolder(source: FolderDirectory, target: Target, signal: AbortSignal): Promise<void> {
    const { appResultId, prefix } = writableFolder(source);
    if (prefix === "") throw new BsmountError("never-possible", `${pathOf(source)} stays`);
    if (target.path === prefix.slice(0, -1)) return;
    if (`${target.path}/`.startsWith(prefix)) {
      throw new BsmountError("invalid", `${pathOf(source)} cannot move into itself`);
    }
    if (target.existing !== undefined) await this.#checkEmpty(target.existing, signal);
    const files = await this.#filesToMove(source, signal);
    const moved = (path: string): string => newPath(target.path + `/${path}`.slice(prefix.length));
    const movedFiles = files.map((file) => ({ file, to: moved(file.path) }));
    const list = this.#options.writing.staged.lists.list(appResultId);
    const movedFolders = list.folders
      .filter((folder) => `${folder}/`.startsWith(prefix))
      .map((folder) => ({ folder, to: moved(folder) }));
    if (target.existing !== undefined) list.removeFolder(target.path);
    for (const { folder, to } of movedFolders) {
      list.removeFolder(folder);
      list.addFolder(to);
    }
    for (const { file, to } of movedFiles) await this.#moveAlong(file, to, signal);
  }

  /** Finishes a file that its folder held back not before the answer: when one of many fails, others have moved. */
  async #moveAlong(file: StagedFile, to: string, signal: AbortSignal): Promise<void> {
    const { names, finishing } = this.#options.writing.staged;
    // Moving those before it took a while, in which this one may have been closed.
    await abandonOnAbort(file.content.settled(), signal);
    if (file.hasCompleteVersion) {
      const problem = `${file.shownPath} was finished while its folder was renamed, and keeps its name`;
      throw new BsmountError("busy", problem, {
        remedy: "name the folder after the result is read anew",
      });
    }
    const isToFinish = becomesFinal(file, to);
    await names.rename(file, { path: to }, signal);
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

  async #target(to: Ino, name: string, signal: AbortSignal): Promise<Target> {
    const directory = await this.#current(to, signal);
    const place = writableFolder(directory);
    const path = newPath(place.prefix + newName(name));
    return { ...place, name, path, existing: await this.#existing(directory, name, signal) };
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
 * What has to make way for a file that is renamed to the name of `existing`: what is complete stays, as the older
 * version; what is not was never there.
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

/** A file that lacks bytes keeps its temporary name: under the final one nobody would know. */
function refuseFinalName(file: StagedFile, { path }: Target): void {
  const { failedChange } = file.content;
  if (failedChange !== undefined && becomesFinal(file, path)) throw failedChange;
}

/** Whether `file` awaits a rename, and `path` is a final name. */
function becomesFinal({ awaitsRename }: StagedFile, path: string): boolean {
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
