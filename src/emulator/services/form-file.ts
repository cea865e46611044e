import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import type { FastifyRequest } from "fastify";
import type { ContentStore, Received } from "../content/content-store.ts";
import { uploadPath } from "./upload-rules.ts";
import { bodyChunks } from "../http/body.ts";
import { fileType, mediaType } from "../http/media-type.ts";
import { badRequest, Problem, tooLarge } from "../http/problem.ts";
import { Query } from "../http/query.ts";

/** A file out of a form, whose bytes are in the content store. */
export interface FormFile {
  readonly path: string;
  readonly contentType: string;
  /** Whoever does not make a file of it discards it. */
  readonly received: Received;
}

interface SentFile {
  readonly stream: BusboyFileStream;
  readonly receiving: Promise<Received>;
  /** Empty for none. */
  readonly name: string;
  readonly contentType: string;
}

/** What a form may have around its file. */
const FORM_BYTES = 64 * 1024;

/**
 * The one file of a `multipart/form-data` body, which goes to the content store as it comes. `name` and
 * `directory` come as fields of the form or of the query; without a name the file's own counts.
 *
 * @throws Problem 400 for a body that is no form with one named file, 413 for a file over `maxBytes`
 */
export async function readFormFile(
  request: FastifyRequest,
  content: ContentStore,
  maxBytes: number,
): Promise<FormFile> {
  const form = new Form(mediaType(request) ?? "", content, maxBytes);
  try {
    const body = bodyChunks(request, maxBytes + FORM_BYTES, () => tooLarge(maxBytes));
    const file = await form.read(body);
    const query = new Query(request.raw.url ?? "");
    const field = (name: string): string | undefined => form.fields.get(name) ?? query.get(name);
    return {
      path: uploadPath(field("directory") ?? "", field("name") ?? file.name),
      contentType: fileType(file.contentType),
      received: await file.receiving,
    };
  } catch (error) {
    await form.discard();
    throw error;
  }
}

class Form {
  /** By lower-case names. */
  readonly fields: Map<string, string> = new Map<string, string>();
  readonly #content: ContentStore;
  readonly #maxBytes: number;
  readonly #parser: BusboyInstance;
  #file: SentFile | undefined;
  #failure: Error | undefined;

  constructor(contentType: string, content: ContentStore, maxBytes: number) {
    this.#content = content;
    this.#maxBytes = maxBytes;
    this.#parser = parserOf(contentType);
    // Parts may have no name, and files no name of their own, whatever the parser's types say.
    this.#parser.on("field", (name: string | undefined, value) => {
      this.fields.set((name ?? "").toLowerCase(), value);
    });
    this.#parser.on("file", (...[, stream, name, , contentTypeOfFile]) => {
      this.#receive(stream, name, contentTypeOfFile);
    });
  }

  async read(body: AsyncIterable<Buffer>): Promise<SentFile> {
    try {
      await pipeline(body, this.#parser);
    } catch (error) {
      throw this.#failure ?? (error instanceof Problem ? error : noForm());
    }
    if (this.#file === undefined) throw badRequest("The form has no file");
    return this.#file;
  }

  /** Nothing is left of the file, whether it has come wholly or not. */
  async discard(): Promise<void> {
    if (this.#file === undefined) return;
    const { stream, receiving } = this.#file;
    stream.destroy(noForm());
    const [received] = await Promise.allSettled([receiving]);
    if (received.status === "rejected") return;
    await this.#content.discard([received.value.key], "objects");
  }

  #receive(stream: BusboyFileStream, name: string | undefined, contentType: string): void {
    // A form that is cut off fails here; without a listener that would end the process.
    stream.on("error", (error) => this.#parser.destroy(error));
    if (this.#file !== undefined) {
      this.#fail(badRequest("The form has more than one file"));
      return;
    }
    const receiving = this.#content.receive(bytesOf(stream, this.#maxBytes), "objects");
    receiving.catch((error: Error) => this.#fail(error));
    this.#file = { stream, receiving, name: name ?? "", contentType };
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#parser.destroy(error);
  }
}

async function* bytesOf(stream: BusboyFileStream, maxBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  try {
    // Destroyed on return, the stream would have failed before the reason is known.
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield chunk as Buffer;
    }
  } catch (error) {
    throw error instanceof Problem ? error : noForm();
  }
}

/** @throws Problem 400 */
function parserOf(contentType: string): BusboyInstance {
  try {
    if (!/^multipart\/form-data\b/i.test(contentType)) throw noForm();
    return new Busboy({ headers: { "content-type": contentType } });
  } catch {
    throw noForm();
  }
}

function noForm(): Problem {
  return badRequest("The body is not valid multipart/form-data");
}
