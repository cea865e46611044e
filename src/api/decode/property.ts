import { z } from "zod";
import type { Property, Raw } from "../models.ts";
import { type Decode, model, parse } from "./parse.ts";
import { anything, count, maybe, text } from "./wire.ts";

const shape = z.object({
  Name: text,
  Type: text,
  Href: maybe(text),
  Description: maybe(text),
  Content: maybe(anything),
  Items: maybe(z.array(anything)),
  ItemsTotalCount: maybe(count),
});

export const decodeProperty: Decode<Property> = (value, at) => {
  const property = parse(shape, value, at);
  return model<Property>({
    name: property.Name,
    type: property.Type,
    href: property.Href,
    description: property.Description,
    content: property.Content,
    items: property.Items,
    itemsTotalCount: property.ItemsTotalCount,
    raw: value as Raw,
  });
};
