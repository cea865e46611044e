/*
 * Begin here: `tree/` gives names to what exists. `PathTree` below leads from a path to a node (`node.ts`) and lists
 * directories. `named-listings.ts` has the names of one listing and `entity-entries.ts` makes them; `file-tree.ts` and
 * `path-folder.ts` have the folders of a file list. The rules are pure: `encoding.ts`, `unique-names.ts`,
 * `candidate-name.ts`, `hidden-files.ts`, `own-files.ts`, and the directories of `layouts/`. Listings come from `catalog/`; `session/`
 * passes in those of files that were written here (`local-listing.ts`). `fs/` and `session/` call it.
 */

import type { Catalog, Entity, EntityKind, FileItem } from "../catalog/catalog.ts";
import { type MaybePromise, andThen, orElse } from "../core/maybe-promise.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { EntityEntries } from "./entity-entries.ts";
import type { FileFolder } from "./file-folder.ts";
import { filesFolder } from "./file-tree.ts";
import {
  type GeneratedContent,
  type HiddenFile,
  hiddenFile,
  hiddenFiles,
  renderHiddenFile,
} from "./hidden-files.ts";
import { NegativeCache } from "./negative-cache.ts";
import { defaultLayout } from "./layouts/default.ts";
import type { LocalListings } from "./local-listing.ts";
import { NamedListings } from "./named-listings.ts";
import {
  listedOwn,
  ownDirectoryNamed,
  ownFileNamed,
  type OwnFiles,
  ownFilesIn,
  renderOwnFile,
} from "./own-files.ts";
import {
  type CollectionDirectory,
  type DirectoryNode,
  type EntityDirectory,
  type FileNode,
  type FolderDirectory,
  type GeneratedFile,
  type Node,
  type RootDirectory,
  parentOf,
  pathOf,
} from "./node.ts";

export interface PathTreeOptions {
  readonly catalog: Catalog;
  /** What was made here, shown beside what the catalog has. @default nothing */
  readonly local?: LocalListings;
  /** The files about the mount itself. @default there is no mount */
  readonly ownFiles?: OwnFiles;
  /** Whether hidden files such as `.id` are listed. A lookup finds them in any case. @default false */
  readonly showHidden?: boolean;
  /** How long an unknown Id is not requested again, in milliseconds. */
  readonly negativeTtlMs: number;
  readonly clock?: Clock;
}

/** An Id that is worth a request: other names are never sent to the service. */
const NUMERIC_ID = /^[1-9]\d{0,18}$/;

/**
 * The tree of names over a catalog. It has no listing of its own: freshness is the catalog's, and with cached listings
 * every method returns synchronously. A name that is not in a fresh listing does not exist, and costs no request, except
 * the Id of a project or run that is shared but not listed.
 *
 * Methods throw or reject with `not-found`, `not-a-directory` and the errors of the catalog.
 */
export class PathTree {
  readonly root: RootDirectory = { type: "directory", kind: "root" };
  readonly #catalog: Catalog;
  readonly #showHidden: boolean;
  readonly #listings: NamedListings;
  readonly #absent: NegativeCache;
  readonly #ownFiles: OwnFiles;
  readonly #clock: Clock;

  constructor(options: PathTreeOptions) {
    const { catalog, clock = systemClock, negativeTtlMs } = options;
    this.#catalog = catalog;
    this.#clock = clock;
    this.#ownFiles = options.ownFiles ?? new Map();
    this.#showHidden = options.showHidden ?? false;
    this.#listings = new NamedListings(catalog, options.local ?? (() => undefined));
    this.#absent = new NegativeCache(clock, negativeTtlMs);
  }

  /** The entry `name` of `parent`, by its display name or an alias. */
  child(parent: Node, name: string, signal: AbortSignal): MaybePromise<Node> {
    switch (parent.kind) {
      case "root":
        return ownDirectoryNamed(name, parent, this.#ownFiles) ?? this.#fixed(parent, name);
      case "own":
        return ownFileNamed(name, parent, this.#ownFiles) ?? throwNotFound(parent, name);
      case "entity":
        return andThen(this.#currentEntity(parent, signal), (entity) => this.#fixed(entity, name));
      case "collection":
        return hiddenFile(parent, name) ?? this.#entry(parent, name, signal);
      case "folder":
        return andThen(
          this.#folder(parent, signal),
          (folder) => folder.entries.get(name) ?? throwNotFound(parent, name),
        );
      default:
        throw notADirectoryError(parent);
    }
  }

  /** The entries of `directory` by display name. */
  list(directory: Node, signal: AbortSignal): MaybePromise<ReadonlyMap<string, Node>> {
    switch (directory.kind) {
      case "root":
        return byName([
          ...listedOwn(directory, this.#ownFiles, this.#showHidden),
          ...defaultLayout.directoriesIn(directory),
        ]);
      case "own":
        return byName(ownFilesIn(directory, this.#ownFiles));
      case "entity":
        return andThen(this.#currentEntity(directory, signal), (entity) =>
          byName([...this.#hidden(entity), ...defaultLayout.directoriesIn(entity)]),
        );
      case "collection":
        return andThen(this.#listings.entities(directory, signal), ({ listed }) =>
          this.#showHidden
            ? new Map<string, Node>([...byName(this.#hidden(directory)), ...listed])
            : listed,
        );
      case "folder":
        return andThen(this.#folder(directory, signal), (folder) => folder.entries);
      default:
        throw notADirectoryError(directory);
    }
  }

  /** `node` as it is now; the same object if nothing has changed. @throws `not-found` if it was removed */
  current(node: Node, signal: AbortSignal): MaybePromise<Node> {
    switch (node.kind) {
      case "root":
      case "own":
      case "collection":
        return node;
      case "entity":
        return this.#currentEntity(node, signal);
      case "folder":
        return this.#currentFolder(node, signal);
      case "file":
        return andThen(this.#folder(node.parent, signal), (folder) => currentFile(node, folder));
      case "generated":
        return andThen(this.current(node.parent, signal), (parent) =>
          parent === node.parent ? node : { ...node, parent: parent as GeneratedFile["parent"] },
        );
      default:
        return andThen(
          this.#listings.entities(node.parent, signal),
          (entries) => entries.byId(node.to.entity.id) ?? throwNotFound(node.parent, node.name),
        );
    }
  }

  /**
   * The node at `path`. Symlinks are followed, the last one unless `followLast` is false. Empty segments and `.` are
   * ignored; `..` is the parent directory, which for the root is the root.
   */
  async resolve(path: string, signal: AbortSignal, followLast = true): Promise<Node> {
    let node: Node = this.root;
    for (const name of path.split("/")) {
      if (name === "" || name === ".") continue;
      const directory: Node = linkTargetOf(node);
      node = name === ".." ? parentOf(directory) : await this.child(directory, name, signal);
    }
    return followLast || path.endsWith("/") ? linkTargetOf(node) : node;
  }

  /** All files that have the path of `file`, and those that it replaces. */
  versionsOf(file: FileNode, signal: AbortSignal): MaybePromise<readonly FileItem[]> {
    const { owner } = file.parent;
    return andThen(this.#listings.fileTree(owner, topOf(file.parent).name, signal), (tree) =>
      tree.versionsOf(file.item),
    );
  }

  /** The content of a generated file, as it is now. */
  render(file: GeneratedFile, signal: AbortSignal): MaybePromise<GeneratedContent> {
    const { name, parent } = file;
    if (parent.kind === "own") return renderOwnFile(name, this.#ownFiles, this.#clock.now());
    return renderHiddenFile(file as HiddenFile, this.#catalog, signal);
  }

  /** Removes all names from the negative cache. The listings are in the catalog. */
  forgetAbsent(): void {
    this.#absent.clear();
  }

  /** Removes the list of `file` from the cache, because the content does not match it. */
  distrust(file: FileNode): void {
    this.#catalog.invalidate(file.parent.owner.entity);
  }

  #fixed(parent: RootDirectory | EntityDirectory, name: string): Node {
    const hidden = parent.kind === "entity" ? hiddenFile(parent, name) : undefined;
    const found =
      hidden ?? defaultLayout.directoriesIn(parent).find((fixed) => fixed.name === name);
    return found ?? throwNotFound(parent, name);
  }

  #hidden(parent: EntityDirectory | CollectionDirectory): readonly GeneratedFile[] {
    return this.#showHidden ? hiddenFiles(parent) : [];
  }

  #entry(parent: CollectionDirectory, name: string, signal: AbortSignal): MaybePromise<Node> {
    return andThen(
      this.#listings.entities(parent, signal),
      (entries) => entries.find(name) ?? this.#unlisted(parent, name, signal),
    );
  }

  /** A project or run that the user may see although no listing contains it. */
  #unlisted(parent: CollectionDirectory, id: string, signal: AbortSignal): MaybePromise<Node> {
    const kind = kindOfUnlisted(parent);
    const key = `${kind} ${id}`;
    if (kind === undefined || !NUMERIC_ID.test(id) || this.#absent.has(key)) {
      return throwNotFound(parent, id);
    }
    return orElse<Node>(
      () =>
        andThen(this.#catalog.entity(kind, id, signal), (entity) =>
          unlistedDirectory(parent, entity),
        ),
      (error) => {
        // The service responds with the same status to an unknown Id and to an Id that the user may not see.
        if (!["not-found", "access-denied"].includes(reasonOf(error))) throw error;
        this.#absent.add(key);
        return throwNotFound(parent, id);
      },
    );
  }

  #currentEntity(directory: EntityDirectory, signal: AbortSignal): MaybePromise<EntityDirectory> {
    return andThen(this.#listings.entities(directory.parent, signal), (entries: EntityEntries) => {
      const { kind, id } = directory.entity;
      const listed = entries.byId(id);
      if (listed?.kind === "entity") return listed;
      if (directory.isListed) return throwNotFound(directory.parent, directory.name);
      return andThen(this.#catalog.entity(kind, id, signal), (entity) =>
        entity === directory.entity ? directory : unlistedDirectory(directory.parent, entity),
      );
    });
  }

  /** The top folder of an entity exists without its file list. */
  #currentFolder(node: FolderDirectory, signal: AbortSignal): MaybePromise<FolderDirectory> {
    if (node.parent.kind === "folder") {
      return andThen(this.#folder(node, signal), (folder) => folder.node);
    }
    return andThen(this.#currentEntity(node.owner, signal), (owner) =>
      owner === node.owner ? node : filesFolder(owner, node.name),
    );
  }

  #folder(node: FolderDirectory, signal: AbortSignal): MaybePromise<FileFolder> {
    return andThen(this.#currentEntity(node.owner, signal), (owner) =>
      andThen(
        this.#listings.files(owner, topOf(node).name, signal),
        (top) => folderIn(top, node) ?? throwNotFound(node.parent, node.name),
      ),
    );
  }
}

function byName(nodes: readonly Exclude<Node, RootDirectory>[]): ReadonlyMap<string, Node> {
  return new Map(nodes.map((node) => [node.name, node]));
}

function linkTargetOf(node: Node): Node {
  return node.kind === "link" ? node.to : node;
}

function kindOfUnlisted({ collection }: CollectionDirectory): EntityKind | undefined {
  if (collection.kind === "projects") return "project";
  return collection.kind === "runs" ? "run" : undefined;
}

function unlistedDirectory(parent: CollectionDirectory, entity: Entity): EntityDirectory {
  return { type: "directory", kind: "entity", name: entity.id, parent, entity, isListed: false };
}

function topOf(node: FolderDirectory): FolderDirectory {
  return node.parent.kind === "folder" ? topOf(node.parent) : node;
}

/** The folder of this file tree at the path of `node`. */
function folderIn(top: FileFolder, node: FolderDirectory): FileFolder | undefined {
  return node.parent.kind === "folder" ? folderIn(top, node.parent)?.folder(node.name) : top;
}

/** The same file, even if a newer version has taken its name. */
function currentFile(node: FileNode, folder: FileFolder): FileNode {
  const isSame = (entry: Node | undefined): entry is FileNode =>
    entry?.kind === "file" && (entry.item === node.item || entry.item.id === node.item.id);
  const entry = folder.entries.get(node.name);
  if (isSame(entry)) return entry;
  return [...folder.entries.values()].find(isSame) ?? throwNotFound(node.parent, node.name);
}

function throwNotFound(parent: DirectoryNode, name: string): never {
  throw new BsmountError("not-found", `there is no ${JSON.stringify(name)} in ${pathOf(parent)}`);
}

function notADirectoryError(node: Node): BsmountError {
  return new BsmountError("not-a-directory", `${pathOf(node)} is not a directory`);
}
