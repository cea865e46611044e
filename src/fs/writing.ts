import { constants } from "node:fs";
import type { Entity, EntityCollection } from "../catalog/catalog.ts";
import { BsmountError } from "../core/errors.ts";
import { LocalFile } from "../write/local-file.ts";
import type { LocalFiles } from "../write/local-files.ts";
import { type FileNode, pathOf } from "../tree/node.ts";
import type { Ino } from "./file-system.ts";
import type { OpenFile } from "./handle-table.ts";
import { LateWriter, LocalWriter } from "./open-writer.ts";
import { writablePlace } from "./writable-place.ts";

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

const COPY_BYTES = 1024 * 1024;

/** Opens files for writing. */
export class Writing {
  readonly local: LocalFiles;
  readonly maker: EntityMaker;

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
    const { appResultId, appResult } = writablePlace(node.parent);
    await this.maker.checkAccess(appResult, signal);
    const { item } = node;
    if (item instanceof LocalFile && item.isStaged) {
      return await this.#openLocal(item, ino, (flags & constants.O_TRUNC) !== 0);
    }
    const { path } = item;
    if ((flags & constants.O_TRUNC) !== 0) {
      return new LocalWriter(ino, this.local, await this.local.create(appResultId, path));
    }
    const content = before();
    const begin = async (signal: AbortSignal): Promise<LocalFile> =>
      await this.#copied(await this.local.create(appResultId, path), content, signal);
    return new LateWriter({ ino, local: this.local, begin, before: content });
  }

  async #openLocal(file: LocalFile, ino: Ino, isEmptied: boolean): Promise<OpenFile> {
    const writer = new LocalWriter(ino, this.local, file);
    try {
      if (isEmptied) await writer.truncate(0);
    } catch (error) {
      writer.close();
      throw error;
    }
    return writer;
  }

  async #copied(file: LocalFile, from: OpenFile, signal: AbortSignal): Promise<LocalFile> {
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    try {
      for (let at = 0; ;) {
        const count = await from.read(at, buffer, signal);
        if (count === 0) return file;
        await file.draft.write(at, buffer.subarray(0, count));
        at += count;
      }
    } catch (error) {
      await this.local.remove(file, signal);
      throw error;
    }
  }
}

export interface OpenRequest {
  readonly ino: Ino;
  /** As open(2). */
  readonly flags: number;
  /** Opens the content that is there now. */
  readonly before: () => OpenFile;
}

/** The file of `node`, when it was made here and is not finished. @throws `never-possible` otherwise */
export function unfinishedFile(node: FileNode, what: string): LocalFile {
  const { item } = node;
  if (item instanceof LocalFile && item.draft.isUnfinished) return item;
  throw new BsmountError(
    "never-possible",
    `cannot ${what} ${pathOf(node)}: it is complete in BaseSpace, where files are neither renamed nor removed`,
  );
}
