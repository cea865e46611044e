import { decoder, type ModelOf, optional, rawObject, required } from "./model.ts";
import type { Decode } from "./parse.ts";
import { count, date, id, text } from "./wire.ts";

const fields = {
  id: required<string>("Id", id),
  name: optional("Name", text),
  dateDeleted: optional("DateDeleted", date),
  totalSizeBytes: optional("TotalSize", count),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** A deleted entity that can still be restored. */
export interface TrashItem extends ModelOf<typeof fields> {}

export const decodeTrashItem: Decode<TrashItem> = decoder(fields);
