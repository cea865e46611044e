import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Dispatcher } from "undici";
import { BASESPACE_PARTS } from "../../../src/upload/part-plan.ts";
import type { Destination } from "./writer.ts";
import type { LocalSource } from "./workload.ts";

interface Answer {
  readonly Response: { readonly Id: string };
}

/** Uploads as a careful client without a file system does them: in parts, each with its MD5. */
export class RawUploads {
  readonly #dispatcher: Dispatcher;
  readonly #destination: Destination;
  readonly #streams: number;

  constructor(dispatcher: Dispatcher, destination: Destination, streams: number) {
    this.#dispatcher = dispatcher;
    this.#destination = destination;
    this.#streams = streams;
  }

  /** One long file in parts at once, or many short files at once. */
  async send(sources: readonly LocalSource[], signal: AbortSignal): Promise<void> {
    const [only, ...others] = sources;
    if (only !== undefined && others.length === 0) await this.#sendParts(only, signal);
    else await this.#atOnce(sources, async (source) => await this.#sendWhole(source, signal));
  }

  async #sendWhole({ path, name, sizeBytes }: LocalSource, signal: AbortSignal): Promise<void> {
    const bytes = Buffer.allocUnsafe(sizeBytes);
    await using file = await open(path);
    await readWhole(file, bytes, 0);
    await this.#ask("POST", this.#newFile(name), signal, bytes);
  }

  async #sendParts({ path, name, sizeBytes }: LocalSource, signal: AbortSignal): Promise<void> {
    const begun = await this.#ask("POST", `${this.#newFile(name)}&multipart=true`, signal);
    const { Id } = begun.Response;
    await using file = await open(path);
    const numbers = Array.from({ length: BASESPACE_PARTS.count(sizeBytes) }, (_, at) => at + 1);
    await this.#atOnce(numbers, async (number, stream) => {
      const { start, end } = BASESPACE_PARTS.range(number, sizeBytes);
      const bytes = stream.room(end - start);
      await readWhole(file, bytes, start);
      await this.#ask("PUT", `/v1pre3/files/${Id}/parts/${number}`, signal, bytes);
    });
    await this.#ask("POST", `/v1pre3/files/${Id}?uploadstatus=complete`, signal);
  }

  #newFile(name: string): string {
    return `/v1pre3/appresults/${this.#destination.appResultId}/files?name=${name}`;
  }

  async #ask(
    method: "POST" | "PUT",
    path: string,
    signal: AbortSignal,
    body?: Buffer,
  ): Promise<Answer> {
    const { apiServer, accessToken } = this.#destination;
    const response = await this.#dispatcher.request({
      origin: apiServer,
      path,
      method,
      headers: {
        authorization: `Bearer ${accessToken}`,
        ...(body === undefined ? {} : contentHeaders(body)),
      },
      body: body ?? null,
      signal,
    });
    if (response.statusCode >= 300) {
      throw new Error(`${method} ${path}: ${response.statusCode} ${await response.body.text()}`);
    }
    return (await response.body.json()) as Answer;
  }

  /** Does `work` for each item, for as many at a time as there are streams. */
  async #atOnce<T>(
    items: readonly T[],
    work: (item: T, stream: Stream) => Promise<void>,
  ): Promise<void> {
    const rest = items.values();
    const worker = async (): Promise<void> => {
      const stream = new Stream();
      for (const item of rest) await work(item, stream);
    };
    await Promise.all(Array.from({ length: this.#streams }, worker));
  }
}

/** Memory that is used again: fresh megabytes for each part would cost more than sending them. */
class Stream {
  #memory = Buffer.alloc(0);

  room(sizeBytes: number): Buffer {
    if (this.#memory.length < sizeBytes) this.#memory = Buffer.allocUnsafeSlow(sizeBytes);
    return this.#memory.subarray(0, sizeBytes);
  }
}

function contentHeaders(body: Buffer): Record<string, string> {
  const md5 = createHash("md5").update(body).digest("base64");
  return { "content-type": "application/octet-stream", "content-md5": md5 };
}

async function readWhole(file: FileHandle, into: Buffer, offset: number): Promise<void> {
  for (let done = 0; done < into.length;) {
    const { bytesRead } = await file.read(into, done, into.length - done, offset + done);
    if (bytesRead === 0) throw new Error("the source is shorter than it was");
    done += bytesRead;
  }
}
