import type { FileItem } from "../catalog/catalog.ts";
import { plainName } from "./candidate-name.ts";
import { lastSegmentOf } from "./file-path.ts";
import type { FileNode, FolderDirectory } from "./node.ts";
import type { PathFolder } from "./path-folder.ts";
import { type Nameable, uniqueFileNames } from "./unique-names.ts";

type Entry = FileNode | FolderDirectory;

/**
 * One folder and what is in it, by names. They are given when somebody first looks, since most of a run
 * folder's hundred thousand files are never looked at. What comes or goes afterwards touches one name, as
 * long as nothing in the folder has a rival for its name; else all names are given anew at the next look.
 */
export class FileFolder {
  readonly node: FolderDirectory;
  readonly #pathFolder: PathFolder;
  #entries: Map<string, Entry> | undefined;
  readonly #folders = new Map<string, FileFolder>();
  /** Something here has a name that depends on what else is here. */
  #hasNameConflicts = false;

  constructor(node: FolderDirectory, raw: PathFolder) {
    this.node = node;
    this.#pathFolder = raw;
  }

  /** Everything in the folder by name. */
  get entries(): ReadonlyMap<string, Entry> {
    return (this.#entries ??= this.#name());
  }

  folder(name: string): FileFolder | undefined {
    return this.entries.has(name) ? this.#folders.get(name) : undefined;
  }

  /** The folder that shows `raw`; undefined when no names were given here yet. */
  folderOf(raw: PathFolder): FileFolder | undefined {
    const usual = this.#folders.get(raw.name);
    if (usual !== undefined && usual.#pathFolder === raw) return usual;
    // It shows under an encoded name, or one with an Id.
    for (const folder of this.#folders.values()) if (folder.#pathFolder === raw) return folder;
    return undefined;
  }

  /** `item` came, under the last segment of its path. */
  added(item: FileItem, segment: string): void {
    this.#addEntry(segment, (name) => this.#fileNode(name, item));
  }

  addedFolder(raw: PathFolder): void {
    this.#addEntry(raw.name, (name) => this.#addFolder(name, raw));
  }

  /** A file or folder that was called `segment` is gone. */
  removed(segment: string): void {
    const plain = plainName(segment);
    if (this.#hasNameConflicts || plain === undefined) {
      this.rename();
      return;
    }
    this.#entries?.delete(plain);
    this.#folders.delete(plain);
  }

  /** What decides between rivals has changed. */
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

  #addFolder(name: string, raw: PathFolder): FolderDirectory {
    const { owner } = this.node;
    const node: FolderDirectory = {
      type: "directory",
      kind: "folder",
      name,
      parent: this.node,
      owner,
      get dateMs() {
        return raw.dateMs;
      },
    };
    this.#folders.set(name, new FileFolder(node, raw));
    return node;
  }

  #fileNode(name: string, item: FileItem): FileNode {
    return { type: "file", kind: "file", name, parent: this.node, item };
  }
}

function nameableFile(of: FileItem): Nameable & { readonly of: FileItem } {
  return { name: lastSegmentOf(of.path), id: of.id, dateCreatedMs: of.dateCreatedMs, of };
}

/** A folder's Id is looked for only where its name needs one. */
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
