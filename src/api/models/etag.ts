import { z } from "zod";
import { type Decode, parse } from "./parse.ts";
import { text } from "./wire.ts";

const shape = z.object({ ETag: text });

/** The answer to a part: its MD5 in hex, quoted or not. */
export const decodeEtag: Decode<string> = (value, at) =>
  parse(shape, value, at).ETag.replaceAll('"', "");
