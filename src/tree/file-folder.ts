import type { FileItem } from "../catalog/catalog.ts";
import { plainName } from "./candidate-name.ts";
import { lastSegmentOf } from "./file-path.ts";
import type { FileNode, FolderDirectory } from "./node.ts";
import type { PathFolder } from "./path-folder.ts";
import { type Nameable, uniqueFileNames } from "./unique-names.ts";

type Entry = FileNode | FolderDirectory;

/**
 * One folder and its entries by display name. The names are computed at the first access, because most of the hundred
 * thousand files of a run folder are never accessed. Adding or removing an entry changes one name, unless entries of
 * the folder compete for a name; then all names are computed again at the next access.
 */
export class FileFolder {
  readonly node: FolderDirectory;
  readonly #pathFolder: PathFolder;
  #entries: Map<string, Entry> | undefined;
  readonly #folders = new Map<string, FileFolder>();
  /** Whether the name of an entry depends on other entries. */
  #hasNameConflicts = false;

  constructor(node: FolderDirectory, pathFolder: PathFolder) {
    this.node = node;
    this.#pathFolder = pathFolder;
  }

  /** All entries by display name. */
  get entries(): ReadonlyMap<string, Entry> {
    return (this.#entries ??= this.#name());
  }

  /** Whether no name depends on other entries, so that there is one file for each path. */
  get hasPlainNames(): boolean {
    return this.#entries !== undefined && !this.#hasNameConflicts;
  }

  folder(name: string): FileFolder | undefined {
    return this.entries.has(name) ? this.#folders.get(name) : undefined;
  }

  /** The folder that shows `pathFolder`; undefined if the names have not been computed yet. */
  folderOf(pathFolder: PathFolder): FileFolder | undefined {
    const usual = this.#folders.get(pathFolder.name);
    if (usual !== undefined && usual.#pathFolder === pathFolder) return usual;
    // It has an encoded name, or one with an Id.
    for (const folder of this.#folders.values())
      if (folder.#pathFolder === pathFolder) return folder;
    return undefined;
  }

  /** Called when `item` was added, whose path ends with `segment`. */
  added(item: FileItem, segment: string): void {
    this.#addEntry(segment, (name) => this.#fileNode(name, item));
  }

  addedFolder(pathFolder: PathFolder): void {
    this.#addEntry(pathFolder.name, (name) => this.#addFolder(name, pathFolder));
  }

  /** Called when a file or folder was removed whose path ends with `segment`. */
  removed(segment: string): void {
    const plain = plainName(segment);
    if (this.#hasNameConflicts || plain === undefined) {
      this.rename();
      return;
    }
    this.#entries?.delete(plain);
    this.#folders.delete(plain);
  }

  /** Called when dates or Ids have changed, which decide who gets a name. */
  rename(): void {
    if (this.#hasNameConflicts) this.#forgetNames();
  }

  #addEntry(segment: string, make: (name: string) => Entry): void {
    if (this.#entries === undefined) return;
    const plain = plainName(segment);
    if (this.#hasNameConflicts || plain === undefined || this.#entries.has(plain))
      this.#forgetNames();
    else this.#entries.set(plain, make(plain));
  }

  #forgetNames(): void {
    this.#entries = undefined;
    this.#folders.clear();
    this.#hasNameConflicts = false;
  }

  #name(): Map<string, Entry> {
    const { files, folders } = this.#pathFolder;
    const named = uniqueFileNames(
      Array.from(files, nameableFile),
      Array.from(folders.values(), nameableFolder),
    );
    const entries = new Map<string, Entry>();
    for (const [name, nameable] of named) {
      if (name !== nameable.name && name !== plainName(nameable.name))
        this.#hasNameConflicts = true;
      const { of } = nameable;
      entries.set(name, "files" in of ? this.#addFolder(name, of) : this.#fileNode(name, of));
    }
    return entries;
  }

  #addFolder(name: string, pathFolder: PathFolder): FolderDirectory {
    const { owner } = this.node;
    const node: FolderDirectory = {
      type: "directory",
      kind: "folder",
      name,
      parent: this.node,
      owner,
      get dateMs() {
        return pathFolder.dateMs;
      },
    };
    this.#folders.set(name, new FileFolder(node, pathFolder));
    return node;
  }

  #fileNode(name: string, item: FileItem): FileNode {
    return { type: "file", kind: "file", name, parent: this.node, item };
  }
}

function nameableFile(of: FileItem): Nameable & { readonly of: FileItem } {
  return { name: lastSegmentOf(of.path), id: of.id, dateCreatedMs: of.dateCreatedMs, of };
}

/** Computes the Id of a folder only if its name needs one. */
function nameableFolder(of: PathFolder): Nameable & { readonly of: PathFolder } {
  return {
    name: of.name,
    get id() {
      return of.id;
    },
    dateCreatedMs: of.dateMs,
    of,
  };
}
