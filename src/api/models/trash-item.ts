import { decoder, type ModelOf, optional, rawObject, required } from "./model.ts";
import type { Decode } from "./parse.ts";
import { count, date, id, text } from "./wire.ts";

const fields = {
  /** BaseSpace's Id. */
  id: required<string>("Id", id),
  /** The name, not unique. */
  name: optional("Name", text),
  /** When it was deleted. */
  dateDeleted: optional("DateDeleted", date),
  /** The size of all its files, in bytes. */
  totalSizeBytes: optional("TotalSize", count),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** A deleted entity that can still be restored. */
export interface TrashItem extends ModelOf<typeof fields> {}

export const decodeTrashItem: Decode<TrashItem> = decoder(fields);
