import { constants } from "node:fs";
import { type MaybePromise, andThen } from "../core/maybe-promise.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { StagedFile } from "../write/staged-file.ts";
import { isRemovedWhileOpen } from "../write/temporary-names.ts";
import { isWriteMode, WRITE_MODES } from "../core/write-mode.ts";
import type { CollectionDirectory, EntityDirectory, Node } from "../tree/node.ts";
import { pathOf } from "../tree/node.ts";
import type { ChangeParts } from "./change-parts.ts";
import type { ChangeOperations, Handle, Ino } from "./file-system.ts";
import { openForWriting } from "./handle-table.ts";
import { refuseReadOnly, refusedChanges } from "./refused-changes.ts";
import { Renaming } from "./renaming.ts";
import { isAlias, occupantsOf } from "./occupants.ts";
import {
  isAppResult,
  isFinal,
  isWritable,
  newEntityName,
  newName,
  newPath,
  resultFileOf,
  writableFolder,
  WRITE_MODE,
} from "./writable-folder.ts";

/** The operations that change a tree that can be written; those that BaseSpace cannot do are refused. */
export function treeChanges(options: ChangeParts): ChangeOperations {
  const changes = new TreeChanges(options);
  const renaming = new Renaming(options);
  const never = refusedChanges;
  return {
    ...never,
    create: async (parent, name, _mode, signal) => await changes.create(parent, name, signal),
    mkdir: async (parent, name, _mode, signal) => await changes.mkdir(parent, name, signal),
    mknod: async (parent, name, mode, signal) => await never.mknod(parent, name, mode, signal),
    unlink: async (parent, name, signal) => await changes.unlink(parent, name, signal),
    rmdir: async (parent, name, signal) => await changes.rmdir(parent, name, signal),
    rename: async (...call) => await renaming.rename(...call),
    truncate: async (ino, sizeBytes, signal) => await changes.truncate(ino, sizeBytes, signal),
    chmod: (ino, signal) => changes.accept(ino, signal),
    chown: (ino, signal) => changes.accept(ino, signal),
    utimens: (ino, signal) => changes.accept(ino, signal),
    setxattr: async (...call) => await changes.setxattr(...call),
  };
}

class TreeChanges {
  readonly #options: ChangeParts;

  constructor(options: ChangeParts) {
    this.#options = options;
  }

  async create(parent: Ino, name: string, signal: AbortSignal): Promise<Handle> {
    const { tree, writing, attributes, handles } = this.#options;
    const folder = await this.#current(parent, signal);
    const { appResult, appResultId, resultPath, prefix } = writableFolder(folder);
    await writing.maker.checkAccess(appResult, signal);
    const path = newPath(prefix + newName(name));
    // The kernel has just been told that there is no file of this name.
    const shown = writing.staged.whiteouts.newestHidden(appResultId, path);
    const at = { appResultId, resultPath, path, shown };
    const writer = await writing.staged.createForWriting(at);
    try {
      const node = await tree.child(folder, name, signal);
      return handles.add(openForWriting(attributes.inoOf(node), writer));
    } catch (error) {
      // The caller has no descriptor, so nobody would ever finish it.
      await writing.staged.abandon(writer, signal);
      throw error;
    }
  }

  async mkdir(parent: Ino, name: string, signal: AbortSignal): Promise<void> {
    const { tree, writing } = this.#options;
    const directory = await this.#current(parent, signal);
    const isEntity = directory.kind === "collection";
    const inBaseSpace = isEntity ? newEntityName(name) : newName(name);
    if (await exists(async () => await tree.child(directory, name, signal))) {
      throw new BsmountError("exists", `${pathOf(directory)} has ${name} already`);
    }
    if (directory.kind === "collection") {
      await this.#makeEntity(directory, inBaseSpace, signal);
      return;
    }
    const { appResult, appResultId, prefix } = writableFolder(directory);
    await writing.maker.checkAccess(appResult, signal);
    writing.staged.lists.list(appResultId).addFolder(newPath(prefix + inBaseSpace));
  }

  async unlink(parent: Ino, name: string, signal: AbortSignal): Promise<void> {
    const { tree, writing } = this.#options;
    const node = await tree.child(await this.#current(parent, signal), name, signal);
    if (!isWritable(node)) {
      await this.#removeUnfinished(node, signal);
      return;
    }
    if (node.kind !== "file") {
      throw new BsmountError("is-a-directory", `${pathOf(node)} is a directory`);
    }
    const { staged } = writing;
    const at = resultFileOf(node);
    if (isAlias(node.item) && staged.lists.list(at.appResultId).removeAlias(node.item)) return;
    await staged.removing.remove(at, await occupantsOf(node, tree, signal), signal);
  }

  /** What BaseSpace does not have can be removed, also when the app result takes no more files. */
  async #removeUnfinished(node: Node, signal: AbortSignal): Promise<void> {
    const item = node.kind === "file" ? node.item : undefined;
    if (!(item instanceof StagedFile) || !item.content.isUnfinished) return refuseReadOnly();
    await this.#options.writing.staged.remove(item, signal);
  }

  async rmdir(parent: Ino, name: string, signal: AbortSignal): Promise<void> {
    const { tree, writing } = this.#options;
    const node = await tree.child(await this.#current(parent, signal), name, signal);
    if (node.kind === "file" || node.kind === "generated" || node.kind === "link") {
      throw new BsmountError("not-a-directory", `${pathOf(node)} is not a directory`);
    }
    if (node.kind === "entity") {
      throw new BsmountError("never-possible", `${pathOf(node)} cannot be removed here`);
    }
    if (node.kind !== "folder" || node.parent.kind !== "folder") return refuseReadOnly();
    const { appResultId, prefix } = writableFolder(node);
    const names = [...(await tree.list(node, signal)).keys()];
    // Files that were removed while they are open need the path of their folder; it goes with the last of them.
    if (names.every(isRemovedWhileOpen)) {
      writing.staged.lists.list(appResultId).removeFolder(prefix.slice(0, -1));
    }
    if (names.length > 0) throw new BsmountError("not-empty", `${pathOf(node)} is not empty`);
  }

  /** As open(2), ftruncate(2) and close(2): finishes the file unless somebody else is writing. */
  async truncate(ino: Ino, sizeBytes: number, signal: AbortSignal): Promise<void> {
    const { handles, open } = this.#options;
    const handle = await open(ino, constants.O_WRONLY, signal);
    try {
      const file = handles.writerOf(handle);
      await file.truncate(sizeBytes, signal);
      await file.flush(async () => (file.isShared ? "open" : "closed"), signal);
    } finally {
      handles.close(handle);
    }
  }

  /** BaseSpace has no modes, owners or dates that can be set; programs that set them must not fail. */
  accept(ino: Ino, signal: AbortSignal): MaybePromise<void> {
    return andThen(this.#current(ino, signal), (node) =>
      isWritable(node) ? undefined : refuseReadOnly(),
    );
  }

  async setxattr(ino: Ino, name: string, value: Uint8Array, signal: AbortSignal): Promise<void> {
    const node = await this.#current(ino, signal);
    if (isAppResult(node) && name === WRITE_MODE) {
      await this.#setWriteMode(node, value);
      return;
    }
    const change = statusChange(name, value);
    if (isAppResult(node) && change !== undefined) {
      await this.#options.writing.maker.setStatus(node.entity, change, signal);
      return;
    }
    const isStaged = node.kind === "file" && node.item instanceof StagedFile && isWritable(node);
    if (!isStaged || !name.startsWith("user.basespace.")) {
      await refusedChanges.setxattr(ino, name, value, signal);
    }
  }

  /** Of an app result alone; an empty value gives it that of the mount again. */
  async #setWriteMode(node: EntityDirectory, value: Uint8Array): Promise<void> {
    if (isFinal(node.entity)) refuseReadOnly();
    const mode = Buffer.from(value).toString("utf8").trim();
    if (mode !== "" && !isWriteMode(mode)) throw notWriteModeError(mode);
    const { whiteouts } = this.#options.writing.staged;
    await whiteouts.setWriteMode(node.entity.id, mode === "" ? undefined : mode);
  }

  async #makeEntity(
    { collection, linksInto, naming, ...directory }: CollectionDirectory,
    name: string,
    signal: AbortSignal,
  ): Promise<void> {
    const isMakeable = collection.kind === "projects" || collection.kind === "appresults";
    if (!isMakeable || linksInto !== undefined || naming !== "name") {
      throw new BsmountError("read-only", `bsmount makes no directories in ${directory.name}`);
    }
    await this.#options.writing.maker.create(collection, name, signal);
  }

  async #current(ino: Ino, signal: AbortSignal): Promise<Node> {
    const { tree, nodeOf } = this.#options;
    return await tree.current(nodeOf(ino), signal);
  }
}

function notWriteModeError(text: string): BsmountError {
  return new BsmountError("invalid", `${JSON.stringify(text)} is not a write mode`, {
    remedy: `use one of ${WRITE_MODES.join(", ")}`,
  });
}

/** The change of status that setting an extended attribute of an app result means. */
function statusChange(
  name: string,
  value: Uint8Array,
): { status: string } | { summary: string } | undefined {
  const text = Buffer.from(value).toString("utf8").trim();
  if (name === "user.basespace.status") return { status: text };
  return name === "user.basespace.status_summary" ? { summary: text } : undefined;
}

async function exists(find: () => Promise<Node>): Promise<boolean> {
  try {
    await find();
    return true;
  } catch (error) {
    if (reasonOf(error) === "not-found") return false;
    throw error;
  }
}
