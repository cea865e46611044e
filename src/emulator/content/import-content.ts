import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import type { ObjectSource, StoredObject } from "../state/entities.ts";
import type { Adopted } from "./content-store.ts";
import { fileEtag, generatedEtag, md5Hex } from "./etag.ts";

/** Catalog content is as old as this, so that two starts give the same Last-Modified. */
const ADOPTED_MS = Date.UTC(2024, 0, 1);

/** An object whose bytes stay where they are; `keep` stores the only kind that has no place yet. */
export async function adoptInPlace(
  content: Adopted,
  keep: (bytes: Buffer) => string,
): Promise<StoredObject> {
  switch (content.kind) {
    case "bytes": {
      const { bytes } = content;
      const source = { kind: "stored" } as const;
      return describe(keep(bytes), bytes.length, md5Hex(bytes), source);
    }
    case "file": {
      const { size } = await stat(content.path);
      const source = { kind: "file", path: content.path } as const;
      return describe(newKey(), size, await fileEtag(content.path), source);
    }
    default: {
      const { seed, sparse, sizeBytes } = content;
      const source = { kind: "generated", seed, sparse } as const;
      return describe(newKey(), sizeBytes, generatedEtag(content), source);
    }
  }
}

export function newKey(): string {
  return randomBytes(16).toString("hex");
}

function describe(id: string, sizeBytes: number, etag: string, source: ObjectSource): StoredObject {
  return { id, sizeBytes, etag, modifiedMs: ADOPTED_MS, source };
}
