import { SingleFlight } from "../../core/single-flight.ts";
import type { ApiCall } from "../access/api-call.ts";
import { RESOURCE_NAMES } from "../access/guard.ts";
import type { Received } from "../content/content-store.ts";
import { multipartEtag } from "../content/etag.ts";
import { conflictProblem, noPermissionProblem, removedProblem } from "../http/problem.ts";
import type { AppResult, BaseSpaceFile, FilePart, Sample } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import type { Dataset } from "../state/v2-entities.ts";
import { storedDate } from "../text/dates.ts";
import { isTerminal } from "./app-sessions.ts";
import type { Context } from "./context.ts";
import { orderedParts } from "./upload-rules.ts";

/** An entity into which clients upload files. */
export interface UploadParent {
  readonly noun: "appresults" | "samples" | "datasets";
  readonly id: string;
}

export interface NewFile {
  readonly parent: UploadParent;
  readonly path: string;
  readonly contentType: string;
}

/**
 * Uploads into app results, samples and datasets. Bytes are in the content store before the state refers to them;
 * bytes that the state then refuses are discarded. Two uploads of the same name make two files with different Ids.
 */
export class Uploads {
  readonly #context: Context;
  readonly #completing = new SingleFlight<string, BaseSpaceFile>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** Returns the app result, sample or dataset if the token may add files to it now. @throws Problem 403 or 409 */
  needParent({ guard, grants }: ApiCall, { noun, id }: UploadParent): AppResult | Sample | Dataset {
    const result = guard.need("write", noun, id);
    const session = this.#context.state.need("appsessions", result.appSessionId);
    if (session.applicationId !== grants.token.applicationId) {
      throw noPermissionProblem("write", RESOURCE_NAMES[noun]);
    }
    if (isTerminal(session)) {
      throw conflictProblem(`AppSession ${session.id} is ${session.status}: its files are final`);
    }
    return result;
  }

  /** Adds a file whose body was received in one piece. */
  async addWhole(call: ApiCall, file: NewFile, received: Received): Promise<BaseSpaceFile> {
    const { state, content, clock } = this.#context;
    const { key, sizeBytes, md5 } = received;
    try {
      return await state.transact((transaction) => {
        this.needParent(call, file.parent);
        const source = { kind: "stored" } as const;
        const modifiedMs = clock.now();
        transaction.put("objects", { id: key, sizeBytes, etag: md5, modifiedMs, source });
        const keys = { sizeBytes, etag: md5, objectKey: key, uploadStatus: "complete" } as const;
        return transaction.put("files", {
          ...this.#newFile(transaction.newId("files"), file),
          ...keys,
        });
      });
    } catch (error) {
      await content.discard([key], "objects");
      throw error;
    }
  }

  /** Adds a pending file, whose content will come in parts or, unless it is multipart, in one piece. */
  async begin(call: ApiCall, file: NewFile, isMultipart: boolean = true): Promise<BaseSpaceFile> {
    return await this.#context.state.transact((transaction) => {
      this.needParent(call, file.parent);
      const newFile = this.#newFile(transaction.newId("files"), file);
      return transaction.put("files", { ...newFile, isMultipart, uploadStatus: "pending" });
    });
  }

  /** Adds a part, in any order; a part that is sent again replaces the earlier one. */
  async addPart(fileId: string, number: number, received: Received): Promise<void> {
    const { state, content } = this.#context;
    const { key, sizeBytes, md5 } = received;
    const part: FilePart = { number, sizeBytes, md5, key };
    try {
      const replaced = await state.transact((transaction) => {
        const file = needPendingFile(state, fileId);
        const others = file.parts.filter((other) => other.number !== number);
        transaction.put("files", { ...file, parts: [...others, part] });
        return file.parts.filter((other) => other.number === number);
      });
      await content.discard(partKeys(replaced), "parts");
    } catch (error) {
      await content.discard([key], "parts");
      throw error;
    }
  }

  /** Completes a file from its parts. Repeated, it returns the complete file. @throws Problem 400 or 409 */
  async complete(fileId: string, signal: AbortSignal): Promise<BaseSpaceFile> {
    const file = this.#context.state.need("files", fileId);
    if (file.uploadStatus === "complete") return file;
    return await this.#completing.run(fileId, signal, async () => await this.#complete(fileId));
  }

  /** Aborts the upload and discards its parts. @throws Problem 409 for a complete file */
  async abort(fileId: string): Promise<BaseSpaceFile> {
    const { state, content } = this.#context;
    const before = state.need("files", fileId);
    if (before.uploadStatus === "aborted") return before;
    const parts: FilePart[] = [];
    const file = await state.transact((transaction) => {
      const pending = needPendingFile(state, fileId);
      parts.push(...pending.parts);
      return transaction.put("files", { ...pending, uploadStatus: "aborted", parts: [] });
    });
    await content.discard(partKeys(parts), "parts");
    return file;
  }

  async #complete(fileId: string): Promise<BaseSpaceFile> {
    const { state, content, clock, minPartBytes } = this.#context;
    const parts = orderedParts(needPendingFile(state, fileId).parts, minPartBytes);
    const key = await content.join(partKeys(parts));
    try {
      const file = await state.transact((transaction) => {
        const pending = needPendingFile(state, fileId);
        if (!areSameParts(pending.parts, parts))
          throw conflictProblem("A part was uploaded while the file was being completed");
        const sizeBytes = parts.reduce((bytes, part) => bytes + part.sizeBytes, 0);
        const etag = completedEtag(pending, parts);
        const modifiedMs = clock.now();
        const source = { kind: "stored" } as const;
        transaction.put("objects", { id: key, sizeBytes, etag, modifiedMs, source });
        return transaction.put("files", {
          ...pending,
          uploadStatus: "complete",
          parts: [],
          sizeBytes,
          etag,
          objectKey: key,
          dateModified: storedDate(modifiedMs),
        });
      });
      await content.discard(partKeys(parts), "parts");
      return file;
    } catch (error) {
      await content.discard([key], "objects");
      throw error;
    }
  }

  #newFile(id: string, { parent, path, contentType }: NewFile): BaseSpaceFile {
    const date = storedDate(this.#context.clock.now());
    return {
      id,
      parent,
      path,
      contentType,
      uploadStatus: "undefined",
      isArchived: false,
      isMultipart: false,
      sizeBytes: 0,
      parts: [],
      properties: [],
      dateCreated: date,
      dateModified: date,
    };
  }
}

/** @throws Problem 409 for a file that accepts no parts, 410 for a deleted one */
export function needPendingFile(state: State, fileId: string): BaseSpaceFile {
  const file = state.need("files", fileId);
  const parent = state.need(file.parent.noun, file.parent.id);
  if (file.removed === true || parent.removed === true) throw removedProblem();
  if (file.uploadStatus === "pending") return file;
  throw conflictProblem(`The upload of file ${file.id} is ${file.uploadStatus}`);
}

/** Content that was sent in one piece to a signed link has a plain MD5, which the object store's response had too. */
function completedEtag({ isMultipart }: BaseSpaceFile, parts: readonly FilePart[]): string {
  const md5s = parts.map((part) => part.md5);
  const [only, ...more] = md5s;
  return isMultipart || only === undefined || more.length > 0 ? multipartEtag(md5s) : only;
}

function partKeys(parts: readonly FilePart[]): string[] {
  return parts.map((part) => part.key);
}

function areSameParts(now: readonly FilePart[], before: readonly FilePart[]): boolean {
  const keys = new Set(partKeys(before));
  return now.length === before.length && now.every((part) => keys.has(part.key));
}
