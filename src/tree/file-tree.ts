import type { FileItem, LocalChange, LocalListing } from "../catalog/catalog.ts";
import type { FileId } from "../core/ids.ts";
import { FileFolder } from "./file-folder.ts";
import { type EntityDirectory, type FolderDirectory, dateOf } from "./node.ts";
import { RawFolder } from "./raw-folder.ts";

/*
 * The folders that the paths of a file list imply. Paths are only ever cut at `/` and each segment encoded,
 * so whatever a path says (`../x`, `/etc`, `a//b`), it stays below its root.
 */

/** What a file tree is made of. */
export interface FileTreeContent {
  /** BaseSpace's list. */
  readonly items: readonly FileItem[];
  /** What was made here. */
  readonly local?: LocalListing | undefined;
}

/** The top of a file tree, made without its files. */
export function filesFolder(owner: EntityDirectory, name: string): FolderDirectory {
  const dateMs = dateOf(owner.entity);
  return { type: "directory", kind: "folder", name, parent: owner, owner, dateMs };
}

/**
 * The files of an owner at their paths. It follows what is made here change by change, so that a new file
 * costs the same in a folder of ten and in one of ten thousand.
 */
export class FileTree {
  readonly root: FileFolder;
  readonly #items: readonly FileItem[];
  readonly #rawRoot = new RawFolder("");
  /** By prefix, which ends in `/`. */
  readonly #folders = new Map<string, RawFolder>();
  #itemsById: Map<FileId, FileItem> | undefined;
  /** Of ours, what they stand for. */
  readonly #replaced = new Map<FileItem, FileItem>();
  #revision = 0;

  /** The folder `name` of `owner`, holding `content`. */
  constructor(owner: EntityDirectory, name: string, { items, local }: FileTreeContent) {
    const top = filesFolder(owner, name);
    this.root = new FileFolder(top, this.#rawRoot);
    this.#items = items;
    for (const item of items) this.#folderAt(prefixOf(item.path)).add(item);
    if (local === undefined) return;
    this.#revision = local.revision;
    for (const item of local.items) this.#apply({ kind: "added", item, path: item.path });
    for (const path of local.folders) this.#apply({ kind: "folder-added", path });
  }

  /** Takes in what changed in `local`. False when it cannot tell: then a new tree has to be made. */
  follow(local: LocalListing | undefined): boolean {
    if ((local?.revision ?? 0) === this.#revision) return true;
    const changes = local?.changesSince(this.#revision);
    if (local === undefined || changes === undefined) return false;
    for (const change of changes) this.#apply(change);
    this.#revision = local.revision;
    return true;
  }

  #apply(change: LocalChange): void {
    switch (change.kind) {
      case "added":
        this.#replaceListed(change.item);
        this.#add(change.item, change.path);
        break;
      case "changed":
        this.#replaceListed(change.item);
        this.#folders.get(prefixOf(change.path))?.dated(change.item);
        break;
      case "removed":
        this.#remove(change.item, change.path);
        this.#giveBack(change.item);
        break;
      case "folder-added":
        this.#folderAt(`${change.path}/`).madeMs = this.root.node.dateMs;
        break;
      default:
        this.#unmake(`${change.path}/`);
    }
    this.#reconsider(change.path);
  }

  #add(item: FileItem, path: string): void {
    const prefix = prefixOf(path);
    this.#folderAt(prefix).add(item);
    this.#shownAt(prefix)?.added(item, path.slice(prefix.length));
  }

  #remove(item: FileItem, path: string): void {
    const prefix = prefixOf(path);
    const folder = this.#rawAt(prefix);
    if (folder === undefined || !folder.files.has(item)) return;
    folder.remove(item);
    this.#shownAt(prefix)?.removed(path.slice(prefix.length));
    this.#prune(prefix);
  }

  /** Ours stands for the file with the same Id in BaseSpace's list, which knows less of it. */
  #replaceListed(item: FileItem): void {
    if (this.#replaced.get(item)?.id === item.id) return;
    this.#giveBack(item);
    this.#itemsById ??= new Map(this.#items.map((listed) => [listed.id, listed]));
    const listed = this.#itemsById.get(item.id);
    if (listed === undefined) return;
    this.#replaced.set(item, listed);
    this.#remove(listed, listed.path);
    this.#reconsider(listed.path);
  }

  /** What ours stood for is shown again. */
  #giveBack(item: FileItem): void {
    const listed = this.#replaced.get(item);
    if (listed === undefined) return;
    this.#replaced.delete(item);
    this.#add(listed, listed.path);
    this.#reconsider(listed.path);
  }

  #unmake(prefix: string): void {
    const folder = this.#folders.get(prefix);
    if (folder !== undefined) folder.madeMs = undefined;
    this.#prune(prefix);
  }

  /** Takes folders away that hold nothing any more. */
  #prune(prefix: string): void {
    const folder = this.#folders.get(prefix);
    if (folder?.parent === undefined || folder.isNeeded) return;
    const above = prefixOf(prefix.slice(0, -1));
    this.#folders.delete(prefix);
    folder.parent.folders.delete(folder.name);
    this.#shownAt(above)?.removed(folder.name);
    this.#prune(above);
  }

  #rawAt(prefix: string): RawFolder | undefined {
    return prefix === "" ? this.#rawRoot : this.#folders.get(prefix);
  }

  /** The folder for `prefix`, made with its parents where it is missing. */
  #folderAt(prefix: string): RawFolder {
    const missing: string[] = [];
    let above = prefix;
    let folder = this.#rawAt(above);
    for (; folder === undefined; folder = this.#rawAt(above)) {
      missing.push(above);
      above = prefixOf(above.slice(0, -1));
    }
    for (const below of missing.toReversed()) {
      folder = this.#makeFolder(folder, below.slice(above.length, -1), below);
      this.#shownAt(above)?.addedFolder(folder);
      above = below;
    }
    return folder;
  }

  #makeFolder(parent: RawFolder, name: string, prefix: string): RawFolder {
    const folder = new RawFolder(name, parent);
    this.#folders.set(prefix, folder);
    parent.folders.set(name, folder);
    return folder;
  }

  /** The folder with names for `prefix`; undefined when none were given there yet. */
  #shownAt(prefix: string): FileFolder | undefined {
    if (prefix === "") return this.root;
    const folder = this.#folders.get(prefix);
    return folder && this.#shownAt(prefixOf(prefix.slice(0, -1)))?.shown(folder);
  }

  /** Dates and Ids on the way of `path`, by which rivals are told apart, may be others now. */
  #reconsider(path: string): void {
    for (let prefix = prefixOf(path); ; prefix = prefixOf(prefix.slice(0, -1))) {
      this.#shownAt(prefix)?.reconsider();
      if (prefix === "") return;
    }
  }
}

/** Empty, or the folders of `path` with a slash at the end. */
function prefixOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
