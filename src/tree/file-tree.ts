import type { FileItem } from "../catalog/catalog.ts";
import type { FileId } from "../core/ids.ts";
import { FileFolder } from "./file-folder.ts";
import { foldersOf, lastSegmentOf } from "./file-path.ts";
import type { LocalChange, LocalListing } from "./local-listing.ts";
import { type EntityDirectory, type FolderDirectory, dateOf } from "./node.ts";
import { PathFolder } from "./path-folder.ts";

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
 * The files of an owner at their paths, in the folders that those imply. It follows what is made here change by change, so that a new file
 * costs the same in a folder of ten and in one of ten thousand.
 */
export class FileTree {
  readonly root: FileFolder;
  readonly #items: readonly FileItem[];
  readonly #pathRoot = new PathFolder("");
  #itemsById: Map<FileId, FileItem> | undefined;
  /** Of ours, what they stand for. */
  readonly #replaced = new Map<FileItem, FileItem>();
  #revision = 0;

  /** The folder `name` of `owner`, holding `content`. */
  constructor(owner: EntityDirectory, name: string, { items, local }: FileTreeContent) {
    const top = filesFolder(owner, name);
    this.root = new FileFolder(top, this.#pathRoot);
    this.#items = items;
    for (const item of items) this.#createFolders(foldersOf(item.path)).add(item);
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
        this.#find(foldersOf(change.path))?.changed(change.item);
        break;
      case "removed":
        this.#remove(change.item, change.path);
        this.#giveBack(change.item);
        break;
      case "folder-added":
        this.#createFolders(change.path.split("/")).createdMs = this.root.node.dateMs;
        break;
      default:
        this.#removeFolder(change.path.split("/"));
    }
    this.#renameAlong(change.path);
  }

  #add(item: FileItem, path: string): void {
    const folders = foldersOf(path);
    this.#createFolders(folders).add(item);
    this.#folderWithNames(folders)?.added(item, lastSegmentOf(path));
  }

  #remove(item: FileItem, path: string): void {
    const folders = foldersOf(path);
    const folder = this.#find(folders);
    if (folder === undefined || !folder.files.has(item)) return;
    folder.remove(item);
    this.#folderWithNames(folders)?.removed(lastSegmentOf(path));
    this.#prune(folders);
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
    this.#renameAlong(listed.path);
  }

  /** What ours stood for is shown again. */
  #giveBack(item: FileItem): void {
    const listed = this.#replaced.get(item);
    if (listed === undefined) return;
    this.#replaced.delete(item);
    this.#add(listed, listed.path);
    this.#renameAlong(listed.path);
  }

  #removeFolder(folders: readonly string[]): void {
    const folder = this.#find(folders);
    if (folder !== undefined) folder.createdMs = undefined;
    this.#prune(folders);
  }

  /** Takes folders away that hold nothing any more, from the last of `folders` up. */
  #prune(folders: readonly string[]): void {
    const shown = this.#foldersWithNames(folders);
    let folder = this.#find(folders);
    for (let depth = folders.length - 1; depth >= 0; depth -= 1) {
      const parent = folder?.parent;
      if (folder === undefined || parent === undefined || folder.isNeeded) return;
      parent.removeFolder(folder);
      shown[depth]?.removed(folder.name);
      folder = parent;
    }
  }

  #find(folders: readonly string[]): PathFolder | undefined {
    let folder: PathFolder | undefined = this.#pathRoot;
    for (const name of folders) folder = folder?.folders.get(name);
    return folder;
  }

  /** The folder at the end of `folders`, made with its parents where it is missing. */
  #createFolders(folders: readonly string[]): PathFolder {
    let folder = this.#pathRoot;
    let made: { readonly first: PathFolder; readonly depth: number } | undefined;
    for (const [depth, name] of folders.entries()) {
      let next = folder.folders.get(name);
      if (next === undefined) {
        next = folder.createFolder(name);
        made ??= { first: next, depth };
      }
      folder = next;
    }
    // In a folder that is new no names were given yet.
    if (made !== undefined)
      this.#folderWithNames(folders.slice(0, made.depth))?.addedFolder(made.first);
    return folder;
  }

  /** The folder with names at the end of `folders`; undefined when none were given there yet. */
  #folderWithNames(folders: readonly string[]): FileFolder | undefined {
    return this.#foldersWithNames(folders)[folders.length];
  }

  /** The folders with names on the way of `folders`, from the top, as far as names were given. */
  #foldersWithNames(folders: readonly string[]): FileFolder[] {
    const shown = [this.root];
    let [above, raw]: [FileFolder, PathFolder] = [this.root, this.#pathRoot];
    for (const name of folders) {
      const next = raw.folders.get(name);
      const below = next && above.folderOf(next);
      if (next === undefined || below === undefined) break;
      shown.push(below);
      [above, raw] = [below, next];
    }
    return shown;
  }

  /** Dates and Ids on the way of `path`, by which rivals are told apart, may be others now. */
  #renameAlong(path: string): void {
    for (const folder of this.#foldersWithNames(foldersOf(path))) folder.rename();
  }
}
