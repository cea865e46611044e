import type { Readable } from "node:stream";
import type { ByteRange } from "../../core/byte-range.ts";
import type { StoredObject } from "../state/entities.ts";

export interface Received {
  /** 32 hex digits. */
  readonly key: string;
  readonly sizeBytes: number;
  readonly md5: string;
}

/** `objects` are finished contents; `parts` wait for their upload to end. */
export type Place = "objects" | "parts";

/** What becomes an object without having been uploaded. */
export type Adopted =
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  | { readonly kind: "file"; readonly path: string }
  | {
      readonly kind: "generated";
      readonly seed: string;
      readonly sizeBytes: number;
      readonly sparse: boolean;
    };

/** Where the bytes of objects and of parts are kept. */
export interface ContentStore {
  /** Keeps a body under a new key; when it settles the bytes last as long as the store does. */
  receive(body: AsyncIterable<Buffer>, place: Place): Promise<Received>;
  /** Makes one object of parts, in the order given, and leaves the parts where they are. */
  join(partKeys: readonly string[]): Promise<string>;
  /** Makes an object of content that comes with a catalog. */
  adopt(content: Adopted): Promise<StoredObject>;
  /** The bytes of `range`, which lies inside the object. */
  read(object: StoredObject, range: ByteRange): Readable;
  discard(keys: readonly string[], place: Place): Promise<void>;
  /** Forgets whatever has none of these keys: what a killed process left. */
  sweep(keep: ReadonlySet<string>): Promise<void>;
}
