import type { FileId } from "../../core/ids.ts";
import { decodeResponse } from "../models/decode-response.ts";
import { decodeEnvelope, decodePage } from "../models/envelope.ts";
import { decodeListedPart, type ListedPart } from "../models/listed-part.ts";
import { segment } from "../transport/address.ts";
import { ApiError } from "../transport/errors.ts";
import type { CallOptions, Rest } from "../transport/rest.ts";

/** Parts in a page; the service returns at most 1024 items at a time. */
const PAGE = 1024;

/** Failures that say nothing about whether the service has such a list. */
const PASSING: ReadonlySet<number> = new Set([0, 401, 408, 429, 502, 503, 504]);

/**
 * The parts that the service has of a pending file: `GET /v1pre3/files/{id}/parts`, to which `HrefParts` of the file
 * leads. No document describes the list, so this returns undefined when the service refuses it, or lists anything that
 * has no number.
 * @throws ApiError `timeout`, `unavailable`, `not-signed-in`; the signal's reason
 */
export async function partsOf(
  rest: Rest,
  fileId: FileId,
  options: CallOptions,
): Promise<readonly ListedPart[] | undefined> {
  const path = `/v1pre3/files/${segment(fileId)}/parts`;
  const parts = new Map<number, ListedPart>();
  try {
    for (let offset = 0; ; offset += PAGE) {
      const query = { Limit: PAGE, Offset: offset, SortBy: "Number", SortDir: "Asc" };
      const listed = await rest.get(path, query, options);
      const { items } = decodeResponse(listed, () => decodePage(decodeEnvelope(listed.json)));
      const before = parts.size;
      for (const item of items) {
        const part = decodeResponse(listed, () => decodeListedPart(item, "Items"));
        parts.set(part.number, part);
      }
      // A service that ignores offsets returns the same page again.
      if (items.length < PAGE || parts.size === before) return [...parts.values()];
    }
  } catch (error) {
    if (error instanceof ApiError && !PASSING.has(error.status)) return undefined;
    throw error;
  }
}
