import { z } from "zod";
import type { Library, LibraryIndex, Raw } from "./models.ts";
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
  BiologicalSample: maybe(z.object({ Id: maybe(id) })),
  Index1: maybe(anything),
  Index2: maybe(anything),
});

const indexShape = z.object({ Id: maybe(id), Name: maybe(text), Sequence: maybe(text) });

const decodeIndex: Decode<LibraryIndex> = (value, at) => {
  const { Id, Name, Sequence } = parse(indexShape, value, at);
  return model<LibraryIndex>({ id: Id, name: Name, sequence: Sequence, raw: value as Raw });
};

/** Of v1 and v2, which name two of the fields differently. */
export const decodeLibrary: Decode<Library> = (value, at) => {
  const library = parse(shape, value, at);
  return model<Library>({
    id: library.Id,
    name: library.Name ?? library.LibraryName ?? "",
    href: library.Href,
    status: library.Status ?? library.State,
    dateModified: library.DateModified,
    biologicalSampleId: library.BiologicalSample?.Id,
    index1: optional(decodeIndex, library.Index1, `${at}.Index1`),
    index2: optional(decodeIndex, library.Index2, `${at}.Index2`),
    bioSample: optional(decodeBioSample, library.BioSample, `${at}.BioSample`),
    raw: value as Raw,
  });
};
