import type { FileItem } from "../catalog/catalog.ts";
import type { FileId } from "../core/ids.ts";
import { FileFolder } from "./file-folder.ts";
import { foldersOf, lastSegmentOf } from "./file-path.ts";
import type { LocalChange, LocalItem, LocalListing } from "./local-listing.ts";
import { type EntityDirectory, type FolderDirectory, dateOf } from "./node.ts";
import { PathFolder } from "./path-folder.ts";

/** The content of a file tree. */
export interface FileTreeContent {
  /** The file list of BaseSpace. */
  readonly items: readonly FileItem[];
  /** What was created here. */
  readonly local?: LocalListing | undefined;
}

/** The top folder of an owner, without its files. */
export function filesFolder(owner: EntityDirectory, name: string): FolderDirectory {
  const dateMs = dateOf(owner.entity);
  return { type: "directory", kind: "folder", name, parent: owner, owner, dateMs };
}

/**
 * The files of an owner at their paths, in the folders that these imply. Changes of staged files are applied one by
 * one, so that a new file costs the same in a folder of ten files and in one of ten thousand.
 */
export class FileTree {
  readonly root: FileFolder;
  readonly #items: readonly FileItem[];
  readonly #pathRoot = new PathFolder("");
  #itemsById: Map<FileId, FileItem> | undefined;
  /** By staged file, the listed files that it replaces. */
  readonly #replaced = new Map<FileItem, readonly FileItem[]>();
  /** By listed file, how many staged files replace it. */
  readonly #replacements = new Map<FileItem, number>();
  #local: LocalListing | undefined;
  #revision = 0;

  /** The folder `name` of `owner`, with its content. */
  constructor(owner: EntityDirectory, name: string, { items, local }: FileTreeContent) {
    const top = filesFolder(owner, name);
    this.root = new FileFolder(top, this.#pathRoot);
    this.#items = items;
    this.#local = local;
    for (const item of items) {
      if (!this.#isCovered(item)) this.#createFolders(foldersOf(item.path)).add(item);
    }
    if (local === undefined) return;
    this.#revision = local.revision;
    for (const item of local.shown) this.#apply({ kind: "added", item, path: item.path });
    for (const path of local.folders) this.#apply({ kind: "folder-added", path });
  }

  /** Applies the changes of `local`. Returns false if they are not known any more, so that a new tree is needed. */
  follow(local: LocalListing | undefined): boolean {
    if ((local?.revision ?? 0) === this.#revision) return true;
    const changes = local?.changesSince(this.#revision);
    if (local === undefined || changes === undefined) return false;
    this.#local = local;
    for (const change of changes) this.#apply(change);
    this.#revision = local.revision;
    return true;
  }

  /** All files of the path of `item`, whatever they are shown as, and the listed ones that it replaces. */
  versionsOf(item: FileItem): readonly FileItem[] {
    const folders = foldersOf(item.path);
    const isAlone = this.#folderWithNames(folders)?.hasPlainNames === true;
    const files = isAlone ? [item] : [...(this.#find(folders)?.files ?? [])];
    const shown = files.filter(({ path }) => path === item.path);
    return [...shown, ...(this.#replaced.get(item) ?? [])];
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
        this.#showReplaced(change.item);
        break;
      case "covered":
        this.#cover(change.id);
        break;
      case "uncovered":
        this.#uncover(change.id);
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

  /** A staged file replaces the listed file with the same Id, because it is more up to date, and older versions. */
  #replaceListed(item: LocalItem): void {
    const listed = [item.id, ...item.replaces]
      .map((id) => this.#listed(id))
      .filter((found) => found !== undefined);
    if (isSame(listed, this.#replaced.get(item) ?? [])) return;
    this.#showReplaced(item);
    if (listed.length === 0) return;
    this.#replaced.set(item, listed);
    for (const each of listed) {
      this.#replacements.set(each, (this.#replacements.get(each) ?? 0) + 1);
      this.#remove(each, each.path);
      this.#renameAlong(each.path);
    }
  }

  /** Shows the listed files again that `item` replaced. */
  #showReplaced(item: FileItem): void {
    const listed = this.#replaced.get(item) ?? [];
    this.#replaced.delete(item);
    for (const each of listed) {
      this.#replacements.set(each, (this.#replacements.get(each) ?? 1) - 1);
      this.#show(each);
    }
  }

  #cover(id: FileId): void {
    const item = this.#listed(id);
    if (item !== undefined) this.#remove(item, item.path);
  }

  #uncover(id: FileId): void {
    const item = this.#listed(id);
    if (item !== undefined) this.#show(item);
  }

  /** Shows a listed file, unless it was removed here, or another one replaces it. */
  #show(item: FileItem): void {
    if (this.#isCovered(item) || (this.#replacements.get(item) ?? 0) > 0) return;
    this.#add(item, item.path);
    this.#renameAlong(item.path);
  }

  #isCovered({ id }: FileItem): boolean {
    return this.#local?.covers(id) === true;
  }

  #listed(id: FileId): FileItem | undefined {
    this.#itemsById ??= new Map(this.#items.map((listed) => [listed.id, listed]));
    return this.#itemsById.get(id);
  }

  #removeFolder(folders: readonly string[]): void {
    const folder = this.#find(folders);
    if (folder !== undefined) folder.createdMs = undefined;
    this.#prune(folders);
  }

  /** Removes empty folders, from the last of `folders` upwards. */
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

  /** The folder at the end of `folders`; it and its parents are created if they do not exist. */
  #createFolders(folders: readonly string[]): PathFolder {
    let folder = this.#pathRoot;
    let created: { readonly first: PathFolder; readonly depth: number } | undefined;
    for (const [depth, name] of folders.entries()) {
      let next = folder.folders.get(name);
      if (next === undefined) {
        next = folder.createFolder(name);
        created ??= { first: next, depth };
      }
      folder = next;
    }
    // The names of a new folder have not been computed yet.
    if (created !== undefined)
      this.#folderWithNames(folders.slice(0, created.depth))?.addedFolder(created.first);
    return folder;
  }

  /** The folder at the end of `folders`, if its parent has computed its names. */
  #folderWithNames(folders: readonly string[]): FileFolder | undefined {
    return this.#foldersWithNames(folders)[folders.length];
  }

  /** The folders along `folders` from the top, as far as names were computed. */
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

  /** Names along `path` may change, because dates and Ids in it have changed. */
  #renameAlong(path: string): void {
    for (const folder of this.#foldersWithNames(foldersOf(path))) folder.rename();
  }
}

function isSame(items: readonly FileItem[], others: readonly FileItem[]): boolean {
  return items.length === others.length && items.every((item, at) => item === others[at]);
}
