/*
 * Begin here. `content/` stores bytes and knows nothing of files or uploads: in memory (`memory-store.ts`) or in a
 * data folder (`folder-store.ts`). An object's bytes can also be a file elsewhere or be computed (`generator.ts`).
 * `services/` stores what is uploaded, `catalog/` imports the initial contents, `object-store/` reads.
 */

import type { Readable } from "node:stream";
import type { ByteRange } from "../../core/byte-range.ts";
import type { StoredObject } from "../state/entities.ts";

export interface Received {
  /** 32 hex digits. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly md5: string;
}

/** `objects` are complete contents; `parts` belong to uploads that have not ended. */
export type ContentKind = "objects" | "parts";

/** Content of a catalog, which becomes an object without an upload. */
export type ImportedContent =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "generated";
      readonly seed: string;
      readonly sizeBytes: number;
      readonly sparse: boolean;
      /** Without quotes; if it is absent, it is computed. */
      readonly etag?: string;
    };

/** Stores the bytes of objects and of parts. */
export interface ContentStore {
  /** Stores a body under a new key; once it resolves, the bytes are as persistent as the store. */
  receive(body: AsyncIterable<Buffer>, kind: ContentKind): Promise<Received>;
  /** Concatenates parts, in the order of `partKeys`, to a new object and returns its key. The parts remain. */
  join(partKeys: readonly string[]): Promise<string>;
  /** Makes an object of a catalog's content. */
  importContent(content: ImportedContent): Promise<StoredObject>;
  /** Streams the bytes of `range`, which must be within the object. */
  read(object: StoredObject, range: ByteRange): Readable;
  discard(keys: readonly string[], kind: ContentKind): Promise<void>;
  /** Removes everything that has none of these keys, such as what a killed process left behind. */
  sweep(keep: ReadonlySet<string>): Promise<void>;
}
