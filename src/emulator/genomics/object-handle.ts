import type { Readable } from "node:stream";
import type { BamFile } from "@gmod/bam";
import { byteRange, clampRange, rangeLength } from "../../core/byte-range.ts";
import type { ContentStore } from "../content/content-store.ts";
import type { StoredObject } from "../state/entities.ts";
import { bgzfInflatedBytes } from "./bgzf.ts";
import type { WorkBudget } from "./work-budget.ts";

/** What the libraries read files through. */
export type Handle = NonNullable<ConstructorParameters<typeof BamFile>[0]["bamFilehandle"]>;

/** An object of the content store, and what may be done with it. */
export interface BoundedObject {
  readonly content: ContentStore;
  readonly object: StoredObject;
  readonly budget: WorkBudget;
}

/** More than the index of a human genome, which has about 10 MB. */
const MAX_INDEX_BYTES = 16 * 1024 * 1024;

/**
 * A BGZF file as the libraries read it: by ranges that begin at a block. Each range is checked before it is
 * decompressed.
 */
export function dataHandle(file: BoundedObject): Handle {
  const read = async (length: number, position: number): Promise<Uint8Array<ArrayBuffer>> => {
    const bytes = await readRange(file, position, length);
    file.budget.spend("inflatedBytes", bgzfInflatedBytes(bytes));
    return bytes;
  };
  return handle(file, read, async () => await read(file.object.sizeBytes, 0));
}

/** An index that was read and checked already. */
export function indexHandle(file: BoundedObject, bytes: Uint8Array<ArrayBuffer>): Handle {
  return handle(
    file,
    async (length, position) => bytes.slice(position, position + length),
    async () => bytes,
  );
}

/** All bytes of an index. @throws Error for a file that is too long for one */
export async function readIndex(file: BoundedObject): Promise<Uint8Array<ArrayBuffer>> {
  const { sizeBytes } = file.object;
  if (sizeBytes > MAX_INDEX_BYTES) throw new Error("its index is too long");
  return await readRange(file, 0, sizeBytes);
}

/** The bytes from `position` on, fewer at the end of the object, in a buffer of their own. */
export async function readRange(
  { content, object, budget }: BoundedObject,
  position: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const wanted = byteRange(position, position + Math.max(0, length));
  const range = clampRange(wanted, object.sizeBytes);
  budget.spend("readBytes", rangeLength(range));
  return await collect(content.read(object, range), rangeLength(range));
}

async function collect(stream: Readable, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let at = 0;
  for await (const chunk of stream) {
    bytes.set(chunk as Buffer, at);
    at += (chunk as Buffer).length;
  }
  return bytes;
}

/** The libraries never use the form of `readFile` that returns a text. */
function handle(
  { object }: BoundedObject,
  read: (length: number, position: number) => Promise<Uint8Array<ArrayBuffer>>,
  readFile: () => Promise<Uint8Array<ArrayBuffer>>,
): Handle {
  const stat = async (): Promise<{ size: number }> => ({ size: object.sizeBytes });
  return { read, readFile, stat, close: async () => {} } as Handle;
}
