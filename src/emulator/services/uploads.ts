import { RESOURCE_WORDS } from "../access/guard.ts";
import type { ApiCall } from "../access/api-call.ts";
import { conflict, noPermission, removed } from "../http/problem.ts";
import type { Context } from "./context.ts";
import { multipartEtag } from "../content/etag.ts";
import type { Received } from "../content/content-store.ts";
import { storedDate } from "../text/dates.ts";
import { SingleFlight } from "../../core/single-flight.ts";
import type { AppResult, BaseSpaceFile, FilePart, Sample } from "../state/entities.ts";
import type { Dataset } from "../state/v2-entities.ts";
import type { State } from "../state/state.ts";
import { isTerminal } from "./app-sessions.ts";
import { orderedParts } from "./upload-rules.ts";

/** What takes files from clients. */
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
 * Uploads into app results, samples and datasets. Bytes are in the content store before the state hears of
 * them; what the state then refuses is discarded again. The same name twice makes two files, each with its own Id.
 */
export class Uploads {
  readonly #context: Context;
  readonly #completing = new SingleFlight<string, BaseSpaceFile>();

  constructor(context: Context) {
    this.#context = context;
  }

  /** The app result, sample or dataset, if the token may add files to it now. @throws Problem 403 or 409 */
  target({ guard, grants }: ApiCall, { noun, id }: UploadParent): AppResult | Sample | Dataset {
    const result = guard.need("write", noun, id);
    const session = this.#context.state.need("appsessions", result.appSessionId);
    if (session.applicationId !== grants.token.applicationId) {
      throw noPermission("write", RESOURCE_WORDS[noun]);
    }
    if (isTerminal(session)) {
      throw conflict(`AppSession ${session.id} is ${session.status}: its files are final`);
    }
    return result;
  }

  /** A file whose body has come in one piece. */
  async addWhole(call: ApiCall, file: NewFile, received: Received): Promise<BaseSpaceFile> {
    const { state, content, clock } = this.#context;
    const { key, sizeBytes, md5 } = received;
    try {
      return await state.transact((draft) => {
        this.target(call, file.parent);
        const source = { kind: "stored" } as const;
        const modifiedMs = clock.now();
        draft.put("objects", { id: key, sizeBytes, etag: md5, modifiedMs, source });
        const keys = { sizeBytes, etag: md5, objectKey: key, uploadStatus: "complete" } as const;
        return draft.put("files", { ...this.#fresh(draft.newId("files"), file), ...keys });
      });
    } catch (error) {
      await content.discard([key], "objects");
      throw error;
    }
  }

  /** A pending file that waits for its parts, or, unless it is multipart, for all of it at once. */
  async begin(call: ApiCall, file: NewFile, isMultipart: boolean = true): Promise<BaseSpaceFile> {
    return await this.#context.state.transact((draft) => {
      this.target(call, file.parent);
      const fresh = this.#fresh(draft.newId("files"), file);
      return draft.put("files", { ...fresh, isMultipart, uploadStatus: "pending" });
    });
  }

  /** A part, in any order; one that comes again takes the place of the first. */
  async addPart(fileId: string, number: number, received: Received): Promise<void> {
    const { state, content } = this.#context;
    const { key, sizeBytes, md5 } = received;
    const part: FilePart = { number, sizeBytes, md5, key };
    try {
      const replaced = await state.transact((draft) => {
        const file = pendingFile(state, fileId);
        const others = file.parts.filter((other) => other.number !== number);
        draft.put("files", { ...file, parts: [...others, part] });
        return file.parts.filter((other) => other.number === number);
      });
      await content.discard(keysOf(replaced), "parts");
    } catch (error) {
      await content.discard([key], "parts");
      throw error;
    }
  }

  /** Makes the parts one file. Asked again, it gives the finished file. @throws Problem 400 or 409 */
  async complete(fileId: string, signal: AbortSignal): Promise<BaseSpaceFile> {
    const file = this.#context.state.need("files", fileId);
    if (file.uploadStatus === "complete") return file;
    return await this.#completing.run(fileId, signal, async () => await this.#complete(fileId));
  }

  /** Gives the upload up; its parts are gone. @throws Problem 409 for a finished file */
  async abort(fileId: string): Promise<BaseSpaceFile> {
    const { state, content } = this.#context;
    const before = state.need("files", fileId);
    if (before.uploadStatus === "aborted") return before;
    const parts: FilePart[] = [];
    const file = await state.transact((draft) => {
      const pending = pendingFile(state, fileId);
      parts.push(...pending.parts);
      return draft.put("files", { ...pending, uploadStatus: "aborted", parts: [] });
    });
    await content.discard(keysOf(parts), "parts");
    return file;
  }

  async #complete(fileId: string): Promise<BaseSpaceFile> {
    const { state, content, clock, minPartBytes } = this.#context;
    const parts = orderedParts(pendingFile(state, fileId).parts, minPartBytes);
    const key = await content.join(keysOf(parts));
    try {
      const file = await state.transact((draft) => {
        const pending = pendingFile(state, fileId);
        if (!sameParts(pending.parts, parts))
          throw conflict("A part came while the file was completed");
        const sizeBytes = parts.reduce((bytes, part) => bytes + part.sizeBytes, 0);
        const etag = etagOf(pending, parts);
        const modifiedMs = clock.now();
        const source = { kind: "stored" } as const;
        draft.put("objects", { id: key, sizeBytes, etag, modifiedMs, source });
        return draft.put("files", {
          ...pending,
          uploadStatus: "complete",
          parts: [],
          sizeBytes,
          etag,
          objectKey: key,
          dateModified: storedDate(modifiedMs),
        });
      });
      await content.discard(keysOf(parts), "parts");
      return file;
    } catch (error) {
      await content.discard([key], "objects");
      throw error;
    }
  }

  #fresh(id: string, { parent, path, contentType }: NewFile): BaseSpaceFile {
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

/** @throws Problem 409 for a file that takes no parts (any more), 410 for a deleted one. */
export function pendingFile(state: State, fileId: string): BaseSpaceFile {
  const file = state.need("files", fileId);
  const parent = state.need(file.parent.noun, file.parent.id);
  if (file.removed === true || parent.removed === true) throw removed();
  if (file.uploadStatus === "pending") return file;
  throw conflict(`The upload of file ${file.id} is ${file.uploadStatus}`);
}

/** What came at once by a signed link has a plain MD5, as the link's own answer said. */
function etagOf({ isMultipart }: BaseSpaceFile, parts: readonly FilePart[]): string {
  const md5s = parts.map((part) => part.md5);
  const [only, ...more] = md5s;
  return isMultipart || only === undefined || more.length > 0 ? multipartEtag(md5s) : only;
}

function keysOf(parts: readonly FilePart[]): string[] {
  return parts.map((part) => part.key);
}

function sameParts(now: readonly FilePart[], before: readonly FilePart[]): boolean {
  const keys = new Set(keysOf(before));
  return now.length === before.length && now.every((part) => keys.has(part.key));
}
