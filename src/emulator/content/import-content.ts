import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import type { ObjectSource, StoredObject } from "../state/entities.ts";
import type { ImportedContent } from "./content-store.ts";
import { fileEtag, generatedEtag, md5Hex } from "./etag.ts";

/** The modification time of catalog content, so that Last-Modified is the same at each start. */
const IMPORTED_MS = Date.UTC(2024, 0, 1);

/** Describes catalog content as an object without copying files; `storeBytes` stores bytes and returns their key. */
export async function importInPlace(
  content: ImportedContent,
  storeBytes: (bytes: Buffer) => string,
): Promise<StoredObject> {
  switch (content.kind) {
    case "bytes": {
      const { bytes } = content;
      const source = { kind: "stored" } as const;
      return storedObject(storeBytes(bytes), bytes.length, md5Hex(bytes), source);
    }
    case "file": {
      const { size } = await stat(content.path);
      const source = { kind: "file", path: content.path } as const;
      return storedObject(newKey(), size, await fileEtag(content.path), source);
    }
    default: {
      const { seed, sparse, sizeBytes, etag = generatedEtag(content) } = content;
      const source = { kind: "generated", seed, sparse } as const;
      return storedObject(newKey(), sizeBytes, etag, source);
    }
  }
}

export function newKey(): string {
  return randomBytes(16).toString("hex");
}

function storedObject(
  id: string,
  sizeBytes: number,
  etag: string,
  source: ObjectSource,
): StoredObject {
  return { id, sizeBytes, etag, modifiedMs: IMPORTED_MS, source };
}
