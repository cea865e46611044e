import { z } from "zod";
import { type Decode, parse } from "./parse.ts";
import { text } from "./wire.ts";

const shape = z.object({ ETag: text });

/** The response to a part: its MD5 in hex, with or without quotes. */
export const decodeEtag: Decode<string> = (value, at) =>
  parse(shape, value, at).ETag.replaceAll('"', "");
