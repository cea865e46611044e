import type { Catalog, Entity, EntityKind } from "../catalog/catalog.ts";
import { type Answer, andThen, orElse } from "../core/answer.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { EntityEntries } from "./entity-entries.ts";
import type { FileFolder } from "./file-folder.ts";
import { filesFolder } from "./file-tree.ts";
import {
  type GeneratedContent,
  hiddenFile,
  hiddenFiles,
  renderHiddenFile,
} from "./hidden-files.ts";
import { NegativeCache } from "./negative-cache.ts";
import type { Layout } from "./layout.ts";
import { defaultLayout } from "./layouts/default.ts";
import type { LocalListings } from "./local-listing.ts";
import { NamedListings } from "./named-listings.ts";
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
  /** @default the product's own tree */
  readonly layout?: Layout;
  /** Whether `.id`, `.json` and the like are listed. They are always found. @default false */
  readonly showHidden?: boolean;
  /** How long an Id that the service does not know is not asked for again. @default 5000 */
  readonly negativeTtlMs?: number;
  readonly clock?: Clock;
}

/** An Id worth a request: no other name is ever asked of the service. */
const NUMERIC_ID = /^[1-9]\d{0,18}$/;

/**
 * The tree of names over a catalog. It holds no listing itself: how fresh an answer is depends on the
 * catalog, and with a warm one every answer is there at once. A name that is absent from a fresh listing
 * is absent without a request; only the Id of a project or run that is shared but not listed has one.
 *
 * Methods throw or reject with `not-found`, `not-a-directory` and what the catalog fails with.
 */
export class PathTree {
  readonly root: RootDirectory = { type: "directory", kind: "root" };
  readonly #catalog: Catalog;
  readonly #layout: Layout;
  readonly #showHidden: boolean;
  readonly #listings: NamedListings;
  readonly #absent: NegativeCache;

  constructor(options: PathTreeOptions) {
    const { catalog, layout = defaultLayout, clock = systemClock, negativeTtlMs = 5000 } = options;
    this.#catalog = catalog;
    this.#layout = layout;
    this.#showHidden = options.showHidden ?? false;
    this.#listings = new NamedListings(catalog, options.local ?? (() => undefined));
    this.#absent = new NegativeCache(clock, negativeTtlMs);
  }

  /** The entry `name` of `parent`, by any name that it answers to. */
  child(parent: Node, name: string, signal: AbortSignal): Answer<Node> {
    switch (parent.kind) {
      case "root":
        return this.#fixed(parent, name);
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

  /** The entries of `directory` by their one name. */
  list(directory: Node, signal: AbortSignal): Answer<ReadonlyMap<string, Node>> {
    switch (directory.kind) {
      case "root":
        return byName(this.#layout.directoriesIn(directory));
      case "entity":
        return andThen(this.#currentEntity(directory, signal), (entity) =>
          byName([...this.#hidden(entity), ...this.#layout.directoriesIn(entity)]),
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

  /** `node` as it is now; the same object when nothing changed. @throws `not-found` when it is gone */
  current(node: Node, signal: AbortSignal): Answer<Node> {
    switch (node.kind) {
      case "root":
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
   * The node at `path`, symlinks on the way followed, the last one unless `followLast` is false. Empty
   * segments and `.` mean nothing, `..` the directory above, the root's own being the root.
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

  /** What a generated file says now. */
  render(file: GeneratedFile, signal: AbortSignal): Answer<GeneratedContent> {
    return renderHiddenFile(file, this.#catalog, signal);
  }

  /** Forgets what was found to be absent; listings are the catalog's to forget. */
  forgetAbsent(): void {
    this.#absent.clear();
  }

  /** Forgets the list that `file` is in, because its content is not what the list says. */
  distrust(file: FileNode): void {
    this.#catalog.invalidate(file.parent.owner.entity);
  }

  #fixed(parent: RootDirectory | EntityDirectory, name: string): Node {
    const hidden = parent.kind === "entity" ? hiddenFile(parent, name) : undefined;
    const found = hidden ?? this.#layout.directoriesIn(parent).find((fixed) => fixed.name === name);
    return found ?? throwNotFound(parent, name);
  }

  #hidden(parent: EntityDirectory | CollectionDirectory): readonly GeneratedFile[] {
    return this.#showHidden ? hiddenFiles(parent) : [];
  }

  #entry(parent: CollectionDirectory, name: string, signal: AbortSignal): Answer<Node> {
    return andThen(
      this.#listings.entities(parent, signal),
      (entries) => entries.find(name) ?? this.#unlisted(parent, name, signal),
    );
  }

  /** A project or run that the user may see though no listing has it. */
  #unlisted(parent: CollectionDirectory, id: string, signal: AbortSignal): Answer<Node> {
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
        // The service refuses an Id that it does not know, and one that is not for this user, alike.
        if (!["not-found", "access-denied"].includes(reasonOf(error))) throw error;
        this.#absent.add(key);
        return throwNotFound(parent, id);
      },
    );
  }

  #currentEntity(directory: EntityDirectory, signal: AbortSignal): Answer<EntityDirectory> {
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

  /** The top folder of an entity is there without its file list. */
  #currentFolder(node: FolderDirectory, signal: AbortSignal): Answer<FolderDirectory> {
    if (node.parent.kind === "folder") {
      return andThen(this.#folder(node, signal), (folder) => folder.node);
    }
    return andThen(this.#currentEntity(node.owner, signal), (owner) =>
      owner === node.owner ? node : filesFolder(owner, node.name),
    );
  }

  #folder(node: FolderDirectory, signal: AbortSignal): Answer<FileFolder> {
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

/** The folder of this file tree that stands where `node` stood. */
function folderIn(top: FileFolder, node: FolderDirectory): FileFolder | undefined {
  return node.parent.kind === "folder" ? folderIn(top, node.parent)?.folder(node.name) : top;
}

/** A file keeps being itself when a newer version takes its name. */
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
