import { z } from "zod";
import { decodeBioSample } from "./biosample.ts";
import {
  decoder,
  entityFields,
  type ModelOf,
  nested,
  optional,
  rawObject,
  withDefault,
} from "./model.ts";
import type { Decode } from "./parse.ts";
import { date, id, maybe, text } from "./wire.ts";

const indexFields = {
  /** BaseSpace's Id. */
  id: optional("Id", id),
  /** The name, not unique. */
  name: optional("Name", text),
  /** Bases: `TCTCTACT`. */
  sequence: optional("Sequence", text),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** What tells the reads of one library from those of the others that were sequenced with it. */
export interface LibraryIndex extends ModelOf<typeof indexFields> {}

const decodeIndex: Decode<LibraryIndex> = decoder(indexFields);

const fields = {
  ...entityFields<string>(),
  /** The name, not unique. */
  name: withDefault(["Name", "LibraryName"], text, () => ""),
  /** `Active`, …; v1 calls it State. */
  status: optional(["Status", "State"], text),
  /** When it was changed last. */
  dateModified: optional("DateModified", date),
  /** Only from v2. */
  bioSample: nested("BioSample", decodeBioSample),
  /** Only from v1: the Id of its `BiologicalSample`. */
  biologicalSampleId: optional(
    "BiologicalSample",
    z.object({ Id: maybe(id) }).transform(({ Id }) => Id ?? undefined),
  ),
  /** Only from v1, when the library has an index. */
  index1: nested("Index1", decodeIndex),
  /** Only from v1, when the library has a second index. */
  index2: nested("Index2", decodeIndex),
};

/** What was prepared from a biosample for sequencing. */
export interface Library extends ModelOf<typeof fields> {}

/** Of v1 and v2, which name two of the fields differently. */
export const decodeLibrary: Decode<Library> = decoder(fields);
