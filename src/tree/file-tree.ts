import type { FileItem } from "../catalog/catalog.ts";
import { compareIds } from "./compare-ids.ts";
import { type EntityDirectory, type FileNode, type FolderDirectory, dateOf } from "./node.ts";
import { type Nameable, uniqueFileNames } from "./unique-names.ts";

/*
 * The folders that the paths of a file list imply. One pass over the list sorts the files into folders;
 * names are given folder by folder when somebody first looks into it, since most of a run folder's
 * hundred thousand files are never looked at. Paths are only ever cut at `/` and each segment encoded, so
 * whatever a path says (`../x`, `/etc`, `a//b`), it stays below its root.
 */

/** A folder of a file list, before it has names. */
interface RawFolder {
  /** A segment of a path as BaseSpace has it. */
  readonly name: string;
  readonly parent: RawFolder | undefined;
  readonly files: FileItem[];
  readonly folders: RawFolder[];
  /** The newest date of all files below. */
  dateMs: number;
}

/** One folder and what is in it. */
export class FileFolder {
  readonly node: FolderDirectory;
  readonly #raw: RawFolder;
  #entries: ReadonlyMap<string, FileNode | FolderDirectory> | undefined;
  readonly #folders = new Map<string, FileFolder>();

  constructor(node: FolderDirectory, raw: RawFolder) {
    this.node = node;
    this.#raw = raw;
  }

  /** Everything in the folder by name. */
  get entries(): ReadonlyMap<string, FileNode | FolderDirectory> {
    this.#entries ??= this.#name();
    return this.#entries;
  }

  folder(name: string): FileFolder | undefined {
    return this.entries.has(name) ? this.#folders.get(name) : undefined;
  }

  #name(): ReadonlyMap<string, FileNode | FolderDirectory> {
    const { files, folders } = this.#raw;
    const named = uniqueFileNames(files.map(toNameable), folders.map(toNameable));
    const entries = new Map<string, FileNode | FolderDirectory>();
    for (const [name, { of }] of named) {
      entries.set(name, "files" in of ? this.#addFolder(name, of) : this.#fileNode(name, of));
    }
    return entries;
  }

  #addFolder(name: string, raw: RawFolder): FolderDirectory {
    const { owner } = this.node;
    const { dateMs } = raw;
    const node: FolderDirectory = {
      type: "directory",
      kind: "folder",
      name,
      parent: this.node,
      owner,
      dateMs,
    };
    this.#folders.set(name, new FileFolder(node, raw));
    return node;
  }

  #fileNode(name: string, item: FileItem): FileNode {
    return { type: "file", kind: "file", name, parent: this.node, item };
  }
}

export interface FileTreeContent {
  readonly items: readonly FileItem[];
  /** Paths of folders that are there without a file in them too. */
  readonly folders: readonly string[];
}

/** The folder `name` of `owner`, holding `content` at its paths. */
export function fileTree(
  owner: EntityDirectory,
  name: string,
  content: FileTreeContent,
): FileFolder {
  const top = filesFolder(owner, name);
  return new FileFolder(top, sortIntoFolders(content, top.dateMs));
}

/** The top of a file tree, made without its files. */
export function filesFolder(owner: EntityDirectory, name: string): FolderDirectory {
  const dateMs = dateOf(owner.entity);
  return { type: "directory", kind: "folder", name, parent: owner, owner, dateMs };
}

function sortIntoFolders({ items, folders: made }: FileTreeContent, dateMs: number): RawFolder {
  const root = rawFolder("", undefined);
  const folders = new Map<string, RawFolder>();
  for (const item of items) {
    const folder = folderAt(item.path.slice(0, item.path.lastIndexOf("/") + 1), root, folders);
    folder.files.push(item);
    tellAncestors(folder, item);
  }
  for (const path of made) {
    const folder = folderAt(`${path}/`, root, folders);
    folder.dateMs = Math.max(folder.dateMs, dateMs);
  }
  return root;
}

/** The folder for `prefix`, which is empty or ends in `/`, made with its parents where it is missing. */
function folderAt(prefix: string, root: RawFolder, folders: Map<string, RawFolder>): RawFolder {
  if (prefix === "") return root;
  const known = folders.get(prefix);
  if (known !== undefined) return known;
  let parent = root;
  for (let start = 0; start < prefix.length;) {
    const end = prefix.indexOf("/", start) + 1;
    const path = prefix.slice(0, end);
    const folder = folders.get(path) ?? rawFolder(prefix.slice(start, end - 1), parent);
    if (!folders.has(path)) parent.folders.push(folder);
    folders.set(path, folder);
    parent = folder;
    start = end;
  }
  return parent;
}

function rawFolder(name: string, parent: RawFolder | undefined): RawFolder {
  return { name, parent, files: [], folders: [], dateMs: Number.NEGATIVE_INFINITY };
}

function tellAncestors(from: RawFolder, item: FileItem): void {
  const dateMs = dateOf(item);
  for (let folder: RawFolder | undefined = from; folder !== undefined; folder = folder.parent) {
    if (dateMs > folder.dateMs) folder.dateMs = dateMs;
  }
}

/** What a file or folder is named by. A folder's Id is looked for only where its name needs one. */
function toNameable<T extends FileItem | RawFolder>(of: T): Nameable & { readonly of: T } {
  if (!("files" in of)) {
    const name = of.path.slice(of.path.lastIndexOf("/") + 1);
    return { name, id: of.id, dateCreatedMs: of.dateCreatedMs, of };
  }
  return {
    name: of.name,
    get id() {
      return lowestIdIn(of);
    },
    dateCreatedMs: of.dateMs,
    of,
  };
}

/** The lowest Id of all files below: that of the file that made the folder. */
function lowestIdIn({ files, folders }: RawFolder): string {
  const ids = [...files.map(({ id }) => id), ...folders.map(lowestIdIn)];
  return ids.reduce((lowest, id) => (compareIds(id, lowest) < 0 ? id : lowest), ids[0] ?? "0");
}
