import { z } from "zod";
import type { Raw, TrashItem } from "./models.ts";
import { type Decode, model, parse } from "./parse.ts";
import { count, date, id, maybe, text } from "./wire.ts";

const shape = z.object({
  Id: id,
  Name: maybe(text),
  DateDeleted: maybe(date),
  TotalSize: maybe(count),
});

export const decodeTrashItem: Decode<TrashItem> = (value, at) => {
  const item = parse(shape, value, at);
  return model<TrashItem>({
    id: item.Id,
    name: item.Name,
    dateDeleted: item.DateDeleted,
    totalSizeBytes: item.TotalSize,
    raw: value as Raw,
  });
};
