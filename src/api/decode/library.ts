import { z } from "zod";
import type { Library, Raw } from "../models.ts";
import { decodeBioSample } from "./biosample.ts";
import { type Decode, model, optional, parse } from "./parse.ts";
import { anything, date, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Href: text,
  Name: maybe(text),
  LibraryName: maybe(text),
  Status: maybe(text),
  State: maybe(text),
  DateModified: maybe(date),
  BioSample: maybe(anything),
});

/** Of v1 and v2, which name two of the fields differently. */
export const decodeLibrary: Decode<Library> = (value, at) => {
  const library = parse(shape, value, at);
  return model<Library>({
    id: library.Id,
    name: library.Name ?? library.LibraryName ?? "",
    href: library.Href,
    status: library.Status ?? library.State,
    dateModified: library.DateModified,
    bioSample: optional(decodeBioSample, library.BioSample, `${at}.BioSample`),
    raw: value as Raw,
  });
};
