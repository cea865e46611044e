import { constants } from "node:fs";
import { type MaybePromise, andThen, orElse } from "../core/maybe-promise.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { Readers } from "../read/reader.ts";
import { type FileNode, type GeneratedFile, type Node, pathOf } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";
import { type OpenFile, openForWriting } from "./handle-table.ts";
import {
  type NodeAttributes,
  contentVersion,
  shownOfItem,
  shownOfSnapshot,
} from "./node-attributes.ts";
import { type OpenVersion, OpenVersions } from "./open-versions.ts";
import { refuseReadOnly } from "./refused-changes.ts";
import { StagedFile } from "../write/staged-file.ts";
import type { Writing } from "./writing.ts";
import type { Snapshots } from "./snapshots.ts";

export interface OpenFilesOptions {
  readonly tree: PathTree;
  readonly attributes: NodeAttributes;
  readonly snapshots: Snapshots;
  readonly readers: Readers;
  /** Absent when nothing can be written. */
  readonly writing?: Writing | undefined;
}

/** Opens files: content through a reader, a generated file as the snapshot that was looked up. */
export class OpenFiles {
  readonly #tree: PathTree;
  readonly #attributes: NodeAttributes;
  readonly #snapshots: Snapshots;
  readonly #readers: Readers;
  readonly #writing: Writing | undefined;
  readonly #versions = new OpenVersions();

  constructor({ tree, attributes, snapshots, readers, writing }: OpenFilesOptions) {
    this.#tree = tree;
    this.#attributes = attributes;
    this.#snapshots = snapshots;
    this.#readers = readers;
    this.#writing = writing;
  }

  /** @throws `is-a-directory`, `read-only`, `archived`; `invalid` for a symbolic link */
  open(node: Node, flags: number, signal: AbortSignal): MaybePromise<OpenFile> {
    if (node.type === "directory") {
      throw new BsmountError("is-a-directory", `${pathOf(node)} is a directory`);
    }
    if (node.kind === "link") {
      throw new BsmountError("invalid", `${pathOf(node)} is a symbolic link`);
    }
    if (wantsToWrite(flags)) return this.#openForWriting(node, flags, signal);
    if (node.kind !== "file") return this.#openSnapshot(node, signal);
    const { item } = node;
    const isStaged = item instanceof StagedFile && item.isStaged;
    if (!isStaged || this.#writing === undefined) return this.#openContent(node);
    return this.#openStaged(node, item, this.#writing);
  }

  /** The file at `path` was removed or replaced while it is open: it keeps its version, and the path gets another. */
  hidden(path: string): void {
    this.#versions.forget(path);
  }

  #openForWriting(
    node: FileNode | GeneratedFile,
    flags: number,
    signal: AbortSignal,
  ): MaybePromise<OpenFile> {
    if (node.kind !== "file" || this.#writing === undefined) return refuseReadOnly();
    const ino = this.#attributes.inoOf(node);
    const before = (): OpenFile => this.#openContent(node);
    const writer = this.#writing.open(node, { flags, before }, signal);
    return andThen(writer, (writer) => openForWriting(ino, writer));
  }

  /** A staged file is read from where it was written, while its bytes are there. */
  #openStaged(node: FileNode, file: StagedFile, { staged }: Writing): OpenFile {
    return { ino: this.#attributes.inoOf(node), ...staged.openForReading(file) };
  }

  /** Archived content is refused here and not at the first read, so that `cp` makes no empty copy of it. */
  #openContent(node: FileNode): OpenFile {
    const { item } = node;
    if (item.isArchived) {
      throw new BsmountError("archived", `the content of ${pathOf(node)} is archived`, {
        remedy: "restore it in BaseSpace, then open it again",
      });
    }
    const { id: fileId, sizeBytes } = item;
    const [path, version] = [pathOf(node), contentVersion(item)];
    const reader = this.#readers.open({ fileId, sizeBytes, version });
    const opened = this.#versions.open(path, version);
    this.#attributes.opened(node, shownOfItem(item));
    return {
      ino: this.#attributes.inoOf(node),
      read: (offset, into, signal) =>
        orElse(
          () => (opened.isStale ? throwChanged(path) : reader.read(offset, into, signal)),
          (error) => this.#failed(node, opened, error),
        ),
      close: () => {
        this.#versions.close(path, opened);
        reader.close();
      },
    };
  }

  /** Content that changed or was deleted shows that its list is outdated, which could be cached for long. */
  #failed(node: FileNode, opened: OpenVersion, error: unknown): never {
    if (opened.isStale) throw error;
    const reason = reasonOf(error);
    if (reason === "changed") {
      this.#versions.changed(pathOf(node), opened);
      this.#attributes.changed(node);
    }
    if (reason === "changed" || reason === "not-found") this.#tree.distrust(node);
    throw error;
  }

  #openSnapshot(node: GeneratedFile, signal: AbortSignal): MaybePromise<OpenFile> {
    const ino = this.#attributes.inoOf(node);
    return andThen(this.#snapshots.open(ino, node, signal), (opened) => {
      const { snapshot } = opened;
      this.#attributes.opened(node, shownOfSnapshot(snapshot));
      return {
        ino,
        read: (offset, into) =>
          opened.isSuperseded ? throwChanged(pathOf(node)) : copyOut(snapshot.bytes, offset, into),
        close: () => opened[Symbol.dispose](),
      };
    });
  }
}

/** Whether a file that is opened with these flags, as open(2) has them, can be changed. */
export function wantsToWrite(flags: number): boolean {
  const { O_RDONLY, O_WRONLY, O_RDWR, O_TRUNC } = constants;
  const mode = flags & (O_WRONLY | O_RDWR);
  return mode !== O_RDONLY || (flags & O_TRUNC) !== 0;
}

function throwChanged(path: string): never {
  throw new BsmountError("changed", `the content of ${path} changed after it was opened`, {
    remedy: "open it again",
  });
}

function copyOut(bytes: Uint8Array, offset: number, into: Uint8Array): number {
  const piece = bytes.subarray(offset, offset + into.length);
  into.set(piece);
  return piece.length;
}
