import { constants } from "node:fs";
import type { Entity, EntityCollection } from "../catalog/catalog.ts";
import { BsmountError } from "../core/errors.ts";
import type { ResultFile } from "../write/result-file.ts";
import { LocalFile } from "../write/local-file.ts";
import type { LocalFiles } from "../write/local-files.ts";
import { type FileNode, type Node, pathOf } from "../tree/node.ts";
import type { Ino } from "./file-system.ts";
import type { OpenFile, OpenForWriting } from "./handle-table.ts";
import { LateWriter, NewVersion } from "./new-version.ts";
import { LocalWriter } from "./open-writer.ts";
import { resultFileIn, writablePlace } from "./writable-place.ts";

/** What the filesystem asks of whoever can make entities; `session/` hands in the client's. */
export interface EntityMaker {
  /**
   * Makes a project, or an app result in the project of `collection`; answers when listings show it.
   * @throws BsmountError `access-denied`, `timeout`, `unavailable`
   */
  create(collection: EntityCollection, name: string, signal: AbortSignal): Promise<void>;
  /** Sets the status of an app result, by any case of its name. @throws `read-only`, `invalid` */
  setStatus(appResult: Entity, status: StatusChange, signal: AbortSignal): Promise<void>;
  /** @throws BsmountError `access-denied` when the token can surely not write to `appResult` */
  checkAccess(appResult: Entity, signal: AbortSignal): Promise<void>;
}

export interface StatusChange {
  readonly status?: string;
  readonly summary?: string;
}

export interface WritingOptions {
  readonly local: LocalFiles;
  readonly maker: EntityMaker;
}

/** Opens files for writing. */
export class Writing {
  readonly local: LocalFiles;
  readonly maker: EntityMaker;
  /** Files of BaseSpace that are open for writing, by Id and the name that they were opened by. */
  readonly #newVersions = new Map<string, NewVersion>();

  constructor({ local, maker }: WritingOptions) {
    this.local = local;
    this.maker = maker;
  }

  /**
   * Opens the file at `node`. `before` is its content, which is copied when the first byte is written;
   * with O_TRUNC it is not even read.
   *
   * @throws BsmountError `read-only`, `access-denied`, `no-space`
   */
  async open(
    node: FileNode,
    { ino, flags, before }: OpenRequest,
    signal: AbortSignal,
  ): Promise<OpenFile> {
    const place = writablePlace(node.parent);
    await this.maker.checkAccess(place.appResult, signal);
    this.local.writers.checkOpen(place.appResultId);
    const { item } = node;
    const isEmptied = (flags & constants.O_TRUNC) !== 0;
    if (item instanceof LocalFile && item.isStaged) {
      return await emptied(new LocalWriter(ino, this.local, item), isEmptied, signal);
    }
    const newVersion = this.#newVersionOf(node, { ...resultFileIn(place), path: item.path });
    const content = isEmptied ? undefined : before();
    return await emptied(new LateWriter({ ino, newVersion, before: content }), isEmptied, signal);
  }

  /**
   * One for all who have the file open by this name, so that they write the same new version. Whoever opens the
   * content that was there before, by the name that it got from a new version, does not write to that.
   */
  #newVersionOf({ item, name }: FileNode, place: ResultFile): NewVersion {
    const key = `${item.id} ${name}`;
    const known = this.#newVersions.get(key);
    if (known?.isOf(item) === true) return known;
    const newVersion = new NewVersion({
      item,
      place,
      local: this.local,
      onUnused: () => {
        if (this.#newVersions.get(key) === newVersion) this.#newVersions.delete(key);
      },
    });
    this.#newVersions.set(key, newVersion);
    return newVersion;
  }
}

async function emptied(
  writer: OpenFile & OpenForWriting,
  isEmptied: boolean,
  signal: AbortSignal,
): Promise<OpenFile> {
  try {
    if (isEmptied) await writer.truncate(0, signal);
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

export interface OpenRequest {
  readonly ino: Ino;
  /** As open(2). */
  readonly flags: number;
  /** Opens the content that is there now. */
  readonly before: () => OpenFile;
}

/** Whether BaseSpace lacks what `node` is here. */
export function isUnfinished(node: Node): boolean {
  return node.kind === "file" && node.item instanceof LocalFile && node.item.draft.isUnfinished;
}

/**
 * The file of `node`, when it was made here and is not finished.
 * @throws BsmountError `busy` while it is being finished, or replaced, `never-possible` when it is finished
 */
export function unfinishedFile(node: FileNode, what: string): LocalFile {
  const { item } = node;
  if (!(item instanceof LocalFile) || !item.draft.isUnfinished) throw isComplete(node, what);
  if (!item.draft.isFinishing && item.replacing === undefined) return item;
  const which = item.replacing === undefined ? "it" : "what takes its place";
  const why = `${which} is on its way to be complete in BaseSpace`;
  throw new BsmountError("busy", `cannot ${what} ${pathOf(node)}: ${why}`);
}

export function isComplete(node: FileNode, what: string): BsmountError {
  const why = "it is complete in BaseSpace, where files are neither renamed nor removed";
  return new BsmountError("never-possible", `cannot ${what} ${pathOf(node)}: ${why}`);
}
