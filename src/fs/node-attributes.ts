import { type MaybePromise, andThen } from "../core/maybe-promise.ts";
import type { FileItem } from "../catalog/catalog.ts";
import {
  type FileNode,
  type GeneratedFile,
  type Node,
  dateOf,
  pathOf,
  targetOf,
} from "../tree/node.ts";
import { DIRECTORY_SIZE_BYTES, type Owner, attributesOf } from "./attributes.ts";
import type { Attributes, Ino } from "./file-system.ts";
import type { InodeTable } from "./inode-table.ts";
import { ShownTimes, type ShownVersion } from "./shown-times.ts";
import type { Snapshot, Snapshots } from "./snapshots.ts";

export interface NodeAttributesOptions {
  readonly inodes: InodeTable;
  readonly snapshots: Snapshots;
  readonly owner: Owner;
  /** The date of directories that have none in BaseSpace, in milliseconds since 1970. */
  readonly bornMs: number;
}

/** stat(2) for nodes. */
export class NodeAttributes {
  readonly #inodes: InodeTable;
  readonly #snapshots: Snapshots;
  readonly #owner: Owner;
  readonly #bornMs: number;
  readonly #times = new ShownTimes();

  constructor({ inodes, snapshots, owner, bornMs }: NodeAttributesOptions) {
    this.#inodes = inodes;
    this.#snapshots = snapshots;
    this.#owner = owner;
    this.#bornMs = bornMs;
  }

  get(node: Node, signal: AbortSignal): MaybePromise<Attributes> {
    const ino = this.#inodes.inoOf(node);
    if (node.kind === "generated") {
      return andThen(this.#snapshots.get(ino, node, signal), (snapshot) =>
        this.#ofFile(ino, node, shownOfSnapshot(snapshot)),
      );
    }
    if (node.kind === "file") return this.#ofContent(ino, node);
    const sizeBytes =
      node.kind === "link" ? Buffer.byteLength(targetOf(node)) : DIRECTORY_SIZE_BYTES;
    return attributesOf(
      { ino, type: node.type, sizeBytes, mtimeMs: this.#date(node) },
      this.#owner,
    );
  }

  inoOf(node: Node): Ino {
    return this.#inodes.inoOf(node);
  }

  /** To be called when `node` is opened: from then on the kernel may cache pages of it. */
  opened(node: FileNode | GeneratedFile, shown: ShownVersion): void {
    this.#times.opened(pathOf(node), shown);
  }

  /** To be called when the content of `node` is not what was opened, whether or not its listing says so. */
  changed(node: FileNode): void {
    this.#times.changed(pathOf(node));
  }

  /** Versions are computed only once a file was opened: a listing has many files, most of which are never read. */
  #ofContent(ino: Ino, node: FileNode): Attributes {
    if (!this.#times.isEmpty) return this.#ofFile(ino, node, shownOfItem(node.item));
    const { sizeBytes } = node.item;
    const mtimeMs = dateOf(node.item);
    return attributesOf({ ino, type: "file", sizeBytes, mtimeMs }, this.#owner);
  }

  #ofFile(ino: Ino, node: FileNode | GeneratedFile, shown: ShownVersion): Attributes {
    const mtimeMs = this.#times.mtimeOf(pathOf(node), shown);
    const { sizeBytes } = shown;
    return attributesOf({ ino, type: "file", sizeBytes, mtimeMs }, this.#owner);
  }

  #date(node: Exclude<Node, FileNode | GeneratedFile>): number {
    switch (node.kind) {
      case "root":
      case "own":
        return this.#bornMs;
      case "collection":
        return this.#date(node.parent);
      case "entity":
        return dateOf(node.entity);
      case "folder":
        return node.dateMs;
      default:
        return dateOf(node.to.entity);
    }
  }
}

export function shownOfItem(item: FileItem): ShownVersion {
  return { version: contentVersion(item), sizeBytes: item.sizeBytes, mtimeMs: dateOf(item) };
}

export function shownOfSnapshot({ bytes, dateMs, version }: Snapshot): ShownVersion {
  return { version, sizeBytes: bytes.length, mtimeMs: dateMs };
}

/** A text that changes whenever the catalog says that the bytes of `item` may have changed. */
export function contentVersion(item: FileItem): string {
  return [item.id, item.etag, item.sizeBytes, dateOf(item)].join("|");
}
