import { constants } from "node:fs";
import type { Entity, EntityCollection } from "../catalog/catalog.ts";
import type { FileNode, Node } from "../tree/node.ts";
import type { FileReader, FileWriter } from "../write/file-writer.ts";
import { StagedFile } from "../write/staged-file.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import { writableFolder } from "./writable-folder.ts";

/** Makes and changes entities; `session/` hands in the client's. */
export interface EntityMaker {
  /**
   * Makes a project, or an app result in the project of `collection`; returns when listings show it.
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
  readonly staged: StagedFiles;
  readonly maker: EntityMaker;
}

export interface OpenRequest {
  /** As open(2). */
  readonly flags: number;
  /** Opens the content that is there now. */
  readonly before: () => FileReader;
}

/** Opens files for writing, where that is allowed. */
export class Writing {
  readonly staged: StagedFiles;
  readonly maker: EntityMaker;

  constructor({ staged, maker }: WritingOptions) {
    this.staged = staged;
    this.maker = maker;
  }

  /**
   * Opens the file at `node`. `before` is its content, which is copied when the first byte is written; with O_TRUNC it
   * is not even read.
   *
   * @throws BsmountError `read-only`, `access-denied`, `busy`, `no-space`
   */
  async open(
    node: FileNode,
    { flags, before }: OpenRequest,
    signal: AbortSignal,
  ): Promise<FileWriter> {
    const { appResult, appResultId, resultPath } = writableFolder(node.parent);
    await this.maker.checkAccess(appResult, signal);
    this.staged.writers.checkOpen(appResultId);
    const { item, name } = node;
    const isEmptied = (flags & constants.O_TRUNC) !== 0;
    if (item instanceof StagedFile && item.isStaged) {
      return await emptiedIf(isEmptied, this.staged.openForWriting(item), signal);
    }
    const { id, path, sizeBytes } = item;
    const evicted = item instanceof StagedFile ? item : undefined;
    const old = { appResultId, resultPath, id, path, sizeBytes, evicted };
    const content = isEmptied ? undefined : before();
    const writer = this.staged.openNewVersion(`${id} ${name}`, old, content);
    return await emptiedIf(isEmptied, writer, signal);
  }
}

async function emptiedIf(
  isEmptied: boolean,
  writer: FileWriter,
  signal: AbortSignal,
): Promise<FileWriter> {
  try {
    if (isEmptied) await writer.truncate(0, signal);
    return writer;
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** Whether `node` is a staged file that BaseSpace lacks as it is here. */
export function isUnfinished(node: Node): boolean {
  return node.kind === "file" && unfinishedIn(node) !== undefined;
}

function unfinishedIn({ item }: FileNode): StagedFile | undefined {
  return item instanceof StagedFile && item.content.isUnfinished ? item : undefined;
}
