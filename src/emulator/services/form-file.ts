import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import type { FastifyRequest } from "fastify";
import type { ContentStore, Received } from "../content/content-store.ts";
import { bodyChunks } from "../http/body.ts";
import { fileContentType, sentContentType } from "../http/media-type.ts";
import { badRequestProblem, fileTooLargeProblem, Problem } from "../http/problem.ts";
import { Query } from "../http/query.ts";
import { uploadPath } from "./upload-rules.ts";

/** A file from a form, whose bytes are in the content store. */
export interface FormFile {
  readonly path: string;
  readonly contentType: string;
  /** The stored bytes; a caller that makes no file of them discards them. */
  readonly received: Received;
}

interface ReceivingFile {
  readonly stream: BusboyFileStream;
  readonly receiving: Promise<Received>;
  /** The name of the file; empty if it has none. */
  readonly name: string;
  readonly contentType: string;
}

/** The most bytes of a form besides its file. */
const MAX_FORM_OVERHEAD_BYTES = 64 * 1024;

/**
 * Stores the one file of a `multipart/form-data` body while it arrives. `name` and `directory` are fields of the
 * form or of the query; the default name is that of the file's part.
 *
 * @throws Problem 400 for a body that is not a form with one named file, 413 for a file over `maxBytes`
 */
export async function readFormFile(
  request: FastifyRequest,
  content: ContentStore,
  maxBytes: number,
): Promise<FormFile> {
  const form = new Form(sentContentType(request) ?? "", content, maxBytes);
  try {
    const body = bodyChunks(request, maxBytes + MAX_FORM_OVERHEAD_BYTES, () =>
      fileTooLargeProblem(maxBytes),
    );
    const file = await form.read(body);
    const query = new Query(request.raw.url ?? "");
    const field = (name: string): string | undefined => form.fields.get(name) ?? query.get(name);
    return {
      path: uploadPath(field("directory") ?? "", field("name") ?? file.name),
      contentType: fileContentType(file.contentType),
      received: await file.receiving,
    };
  } catch (error) {
    await form.discard();
    throw error;
  }
}

class Form {
  /** The text fields, by lower-case names. */
  readonly fields: Map<string, string> = new Map<string, string>();
  readonly #content: ContentStore;
  readonly #maxBytes: number;
  readonly #parser: BusboyInstance;
  #file: ReceivingFile | undefined;
  #failure: Error | undefined;

  constructor(contentType: string, content: ContentStore, maxBytes: number) {
    this.#content = content;
    this.#maxBytes = maxBytes;
    this.#parser = parserOf(contentType);
    // Parts can lack a name, and files a file name, although the parser's types say otherwise.
    this.#parser.on("field", (name: string | undefined, value) => {
      this.fields.set((name ?? "").toLowerCase(), value);
    });
    this.#parser.on("file", (...[, stream, name, , contentTypeOfFile]) => {
      this.#receive(stream, name, contentTypeOfFile);
    });
  }

  async read(body: AsyncIterable<Buffer>): Promise<ReceivingFile> {
    try {
      await pipeline(body, this.#parser);
    } catch (error) {
      throw this.#failure ?? (error instanceof Problem ? error : invalidFormProblem());
    }
    if (this.#file === undefined) throw badRequestProblem("The form has no file");
    return this.#file;
  }

  /** Discards the file, even if it was received only in part. */
  async discard(): Promise<void> {
    if (this.#file === undefined) return;
    const { stream, receiving } = this.#file;
    stream.destroy(invalidFormProblem());
    const [received] = await Promise.allSettled([receiving]);
    if (received.status === "rejected") return;
    await this.#content.discard([received.value.key], "objects");
  }

  #receive(stream: BusboyFileStream, name: string | undefined, contentType: string): void {
    // A truncated form fails here; without a listener the error would end the process.
    stream.on("error", (error) => this.#parser.destroy(error));
    if (this.#file !== undefined) {
      this.#fail(badRequestProblem("The form has more than one file"));
      return;
    }
    const receiving = this.#content.receive(limitedBytes(stream, this.#maxBytes), "objects");
    receiving.catch((error: Error) => this.#fail(error));
    this.#file = { stream, receiving, name: name ?? "", contentType };
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#parser.destroy(error);
  }
}

async function* limitedBytes(stream: BusboyFileStream, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    // If the return destroyed the stream, it would fail before the reason is known.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw fileTooLargeProblem(maxBytes);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw error instanceof Problem ? error : invalidFormProblem();
  }
}

/** @throws Problem 400 */
function parserOf(contentType: string): BusboyInstance {
  try {
    if (!/^multipart\/form-data\b/i.test(contentType)) throw invalidFormProblem();
    return new Busboy({ headers: { "content-type": contentType } });
  } catch {
    throw invalidFormProblem();
  }
}

function invalidFormProblem(): Problem {
  return badRequestProblem("The body is not valid multipart/form-data");
}
