import { constants } from "node:fs";
import { type Answer, andThen } from "../core/answer.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import { LocalFile } from "../write/local-file.ts";
import type { CollectionDirectory, Node } from "../tree/node.ts";
import { pathOf } from "../tree/node.ts";
import type { ChangeParts } from "./change-parts.ts";
import type { ChangeOperations, Handle, Ino } from "./file-system.ts";
import { LocalWriter } from "./open-writer.ts";
import { readOnly, refusedChanges } from "./refused-changes.ts";
import { Renaming } from "./renaming.ts";
import {
  isWritable,
  resultFileIn,
  newEntityName,
  newName,
  newPath,
  writablePlace,
} from "./writable-place.ts";
import { isUnfinished, unfinishedFile } from "./writing.ts";

/** The operations that change the tree, where something can be changed; the rest is refused. */
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
    const place = writablePlace(folder);
    await writing.maker.checkAccess(place.appResult, signal);
    const { local } = writing;
    const beginning = { ...resultFileIn(place), path: newPath(place.prefix + newName(name)) };
    local.writers.begin(beginning);
    try {
      const file = await local.create(beginning);
      try {
        const node = await tree.child(folder, name, signal);
        return handles.add(new LocalWriter(attributes.inoOf(node), local, file));
      } catch (error) {
        // The caller has no descriptor, so nobody would ever finish it.
        await local.remove(file, signal);
        throw error;
      }
    } finally {
      local.writers.remove(beginning);
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
    const { appResult, appResultId, prefix } = writablePlace(directory);
    await writing.maker.checkAccess(appResult, signal);
    writing.local.lists.addFolder(appResultId, newPath(prefix + inBaseSpace));
  }

  async unlink(parent: Ino, name: string, signal: AbortSignal): Promise<void> {
    const { tree, writing } = this.#options;
    const node = await tree.child(await this.#current(parent, signal), name, signal);
    // What BaseSpace has not can be given up, also when its result takes no more files.
    if (!isWritable(node) && !isUnfinished(node)) return readOnly();
    if (node.kind !== "file") {
      throw new BsmountError("is-a-directory", `${pathOf(node)} is a directory`);
    }
    await writing.local.remove(unfinishedFile(node, "remove"), signal);
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
    if (node.kind !== "folder" || node.parent.kind !== "folder") return readOnly();
    const { appResultId, prefix } = writablePlace(node);
    if ((await tree.list(node, signal)).size > 0) {
      throw new BsmountError("not-empty", `${pathOf(node)} is not empty`);
    }
    writing.local.lists.removeFolder(appResultId, prefix.slice(0, -1));
  }

  /** As a short open: what it leaves is finished unless somebody else is writing. */
  async truncate(ino: Ino, sizeBytes: number, signal: AbortSignal): Promise<void> {
    const { handles, open } = this.#options;
    const handle = await open(ino, constants.O_WRONLY, signal);
    try {
      const file = handles.forWriting(handle);
      await file.truncate(sizeBytes, signal);
      await file.flush(async () => file.isShared, signal);
    } finally {
      handles.close(handle);
    }
  }

  /** BaseSpace has no modes, owners or dates of one's own; programs that set them go on. */
  accept(ino: Ino, signal: AbortSignal): Answer<void> {
    return andThen(this.#current(ino, signal), (node) =>
      isWritable(node) ? undefined : readOnly(),
    );
  }

  async setxattr(ino: Ino, name: string, value: Uint8Array, signal: AbortSignal): Promise<void> {
    const node = await this.#current(ino, signal);
    const change = statusChange(name, value);
    if (node.kind === "entity" && node.entity.kind === "appresult" && change !== undefined) {
      await this.#options.writing.maker.setStatus(node.entity, change, signal);
      return;
    }
    const isOurs = node.kind === "file" && node.item instanceof LocalFile && isWritable(node);
    if (!isOurs || !name.startsWith("user.basespace.")) {
      await refusedChanges.setxattr(ino, name, value, signal);
    }
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

/** The extended attributes by which scripts set the status of an app result. */
function statusChange(
  name: string,
  value: Uint8Array,
): { status: string } | { summary: string } | undefined {
  const text = Buffer.from(value).toString("utf8").trim();
  if (name === "user.basespace.status") return { status: text };
  return name === "user.basespace.status_summary" ? { summary: text } : undefined;
}

async function exists(look: () => Promise<Node>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (reasonOf(error) === "not-found") return false;
    throw error;
  }
}
