import type { Entity, EntityCollection, FileItem } from "../catalog/catalog.ts";

/*
 * The nodes that a path can name. They are plain values, valid as long as the listing that they were made from;
 * `PathTree.current` returns the node that replaces an old one. A node has its parent but not its children: those come
 * from the catalog, so that a node does not keep a listing in memory.
 */

export interface RootDirectory {
  readonly type: "directory";
  readonly kind: "root";
}

/** A directory of entities: `projects`, `samples`, `samples-by-name`. */
export interface CollectionDirectory {
  readonly type: "directory";
  readonly kind: "collection";
  readonly name: string;
  readonly parent: RootDirectory | EntityDirectory;
  readonly collection: EntityCollection;
  /** What its entries are named after. */
  readonly naming: "name" | "id";
  /** The sibling directory with the entities, if the entries here are symlinks to them. */
  readonly linksInto: CollectionDirectory | undefined;
}

export interface EntityDirectory {
  readonly type: "directory";
  readonly kind: "entity";
  readonly name: string;
  readonly parent: CollectionDirectory;
  readonly entity: Entity;
  /** False for an entity that was found by its Id and is not listed. */
  readonly isListed: boolean;
}

/** `files`, or a folder below it. */
export interface FolderDirectory {
  readonly type: "directory";
  readonly kind: "folder";
  readonly name: string;
  readonly parent: EntityDirectory | FolderDirectory;
  /** The entity that owns the files. */
  readonly owner: EntityDirectory;
  /** The newest date of the files below; of `files` itself that of its entity. */
  readonly dateMs: number;
}

export interface FileNode {
  readonly type: "file";
  readonly kind: "file";
  readonly name: string;
  readonly parent: FolderDirectory;
  readonly item: FileItem;
}

/** `.bsmount`: files about the mount itself. */
export interface OwnDirectory {
  readonly type: "directory";
  readonly kind: "own";
  readonly name: string;
  readonly parent: RootDirectory;
}

/** A file that describes its directory, such as `.json` (a {@link HiddenName}), or the mount. */
export interface GeneratedFile {
  readonly type: "file";
  readonly kind: "generated";
  readonly name: string;
  readonly parent: EntityDirectory | CollectionDirectory | OwnDirectory;
}

export interface EntityLink {
  readonly type: "symlink";
  readonly kind: "link";
  readonly name: string;
  readonly parent: CollectionDirectory;
  readonly to: EntityDirectory;
}

export type HiddenName = ".id" | ".name" | ".type" | ".href" | ".json";

export type DirectoryNode =
  RootDirectory | CollectionDirectory | EntityDirectory | FolderDirectory | OwnDirectory;
export type Node = DirectoryNode | FileNode | GeneratedFile | EntityLink;

/** The directory of `node`; that of the root is the root. */
export function parentOf(node: Node): DirectoryNode {
  return node.kind === "root" ? node : node.parent;
}

/** The path of `node` on the mount, for messages: `/projects/Demo/samples/12`. */
export function pathOf(node: Node): string {
  if (node.kind === "root") return "/";
  const parent = pathOf(node.parent);
  return parent === "/" ? `/${node.name}` : `${parent}/${node.name}`;
}

/** DateModified, or DateCreated if there is none, in milliseconds since 1970. */
export function dateOf(of: Pick<FileItem, "dateCreatedMs" | "dateModifiedMs">): number {
  return of.dateModifiedMs ?? of.dateCreatedMs;
}

/** The target of a link, relative to its directory: `../samples/12`. */
export function targetOf({ to }: EntityLink): string {
  return `../${to.parent.name}/${to.name}`;
}

/** Identifies a node independently of its display name, by what BaseSpace never changes. A folder has only its path. */
export function identityOf(node: Node): string {
  switch (node.kind) {
    case "root":
      return "root";
    case "own":
      return `own ${node.name}`;
    case "collection":
      return `${node.linksInto === undefined ? "collection" : "links"} ${node.collection.key}`;
    case "entity":
      return `${node.entity.kind} ${node.entity.id}`;
    case "folder":
      return `${identityOf(node.parent)}/${node.name}`;
    case "file":
      return `file ${node.item.inodeKey ?? node.item.id}`;
    case "generated":
      return `${identityOf(node.parent)}/${node.name}`;
    default:
      return `link ${node.parent.collection.key}/${node.to.entity.id}`;
  }
}
