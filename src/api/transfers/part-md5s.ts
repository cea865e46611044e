import { createHash } from "node:crypto";
import type { FileEntry } from "../models/models.ts";

/** MD5s of the parts of a file, in lower-case hex, by their numbers from 1. */
export type PartMd5s = ReadonlyMap<number, string>;

export function areSame(one: PartMd5s, other: PartMd5s): boolean {
  return one.size === other.size && [...one].every(([number, md5]) => other.get(number) === md5);
}

/** Whether `file` was made of these parts, by its ETag; undefined when that is of another kind, or there is none. */
export function hasParts({ etag }: FileEntry, md5s: PartMd5s): boolean | undefined {
  const [, found, count] = /^([0-9a-f]{32})-(\d+)$/.exec(etag?.toLowerCase() ?? "") ?? [];
  if (Number(count) !== md5s.size) return undefined;
  const hash = createHash("md5");
  for (let number = 1; number <= md5s.size; number += 1) {
    hash.update(md5s.get(number) ?? "", "hex");
  }
  return hash.digest("hex") === found;
}
