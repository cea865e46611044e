import { z } from "zod";
import { type Decode, parse } from "./parse.ts";
import { count, maybe, text } from "./wire.ts";

/** A part of a pending file. */
export interface ListedPart {
  /** From 1. */
  readonly number: number;
  /** Its MD5, in lower-case hex; undefined when the service does not say. */
  readonly md5: string | undefined;
}

const shape = z.object({ Number: count, ETag: maybe(text) });

/** An item of `GET /v1pre3/files/{id}/parts`. */
export const decodeListedPart: Decode<ListedPart> = (value, at) => {
  const { Number: number, ETag } = parse(shape, value, at);
  return { number, md5: ETag?.replaceAll('"', "").toLowerCase() };
};
