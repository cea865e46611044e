import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { type ByteRange, intersect } from "../../core/byte-range.ts";
import type { StoredObject } from "../state/entities.ts";
import type { ContentKind, ContentStore, ImportedContent, Received } from "./content-store.ts";
import { importInPlace } from "./import-content.ts";
import { readSource } from "./read-source.ts";

/** Stores contents in memory as the chunks in which they were received. Files of a catalog are read where they are. */
export class MemoryContentStore implements ContentStore {
  readonly #contents = new Map<string, readonly Buffer[]>();

  async receive(body: AsyncIterable<Buffer>, _kind: ContentKind): Promise<Received> {
    const hash = createHash("md5");
    const chunks: Buffer[] = [];
    for await (const chunk of body) {
      hash.update(chunk);
      chunks.push(chunk);
    }
    return { key: this.#store(chunks), sizeBytes: sizeOf(chunks), md5: hash.digest("hex") };
  }

  async join(partKeys: readonly string[]): Promise<string> {
    return this.#store(partKeys.flatMap((key) => this.#contents.get(key) ?? []));
  }

  async importContent(content: ImportedContent): Promise<StoredObject> {
    return await importInPlace(content, (bytes) => this.#store([bytes]));
  }

  read(object: StoredObject, range: ByteRange): Readable {
    return readSource(object, range, () => {
      const pieces = piecesOf(this.#contents.get(object.id) ?? [], range);
      return Readable.from(pieces, { objectMode: false });
    });
  }

  async discard(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#contents.delete(key);
  }

  async sweep(): Promise<void> {}

  #store(chunks: readonly Buffer[]): string {
    const key = randomBytes(16).toString("hex");
    this.#contents.set(key, chunks);
    return key;
  }
}

function sizeOf(chunks: readonly Buffer[]): number {
  return chunks.reduce((bytes, chunk) => bytes + chunk.length, 0);
}

function* piecesOf(chunks: readonly Buffer[], range: ByteRange): Generator<Buffer> {
  let at = 0;
  for (const chunk of chunks) {
    const shared = intersect({ start: at, end: at + chunk.length }, range);
    if (shared !== undefined) yield chunk.subarray(shared.start - at, shared.end - at);
    at += chunk.length;
  }
}
