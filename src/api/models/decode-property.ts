import { z } from "zod";
import type { Raw } from "./models.ts";
import type { Property, PropertyItem, PropertyValue } from "./property.ts";
import { type Decode, model, parse, WireError } from "./parse.ts";
import { itemValue, propertyValue } from "./property-value.ts";
import { anything, count, date, id, maybe, text } from "./wire.ts";

const shape = z.looseObject({
  Name: text,
  Type: text,
  Href: maybe(text),
  Description: maybe(text),
  ItemsTotalCount: maybe(count),
  DateModified: maybe(date),
});

/** Of v1, which has every value in `Content` or `Items`, and of v2, which names keys by their type. */
export const decodeProperty: Decode<Property> = (value, at) => {
  const property = parse(shape, value, at);
  const type = property.Type.toLowerCase();
  return model<Property>({
    name: property.Name,
    type,
    href: property.Href,
    description: property.Description,
    value: tolerated(property, () => propertyValue(type, property, at)),
    itemsTotalCount: property.ItemsTotalCount,
    dateModified: property.DateModified,
    raw: value as Raw,
  });
};

/** A value of an odd shape is kept as it came: it must not spoil the resource that it hangs on. */
function tolerated(property: Raw, decode: () => PropertyValue): PropertyValue {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { kind: "other", value: property["Content"] ?? property["Items"] };
  }
}

const container = z.object({ Items: maybe(z.array(anything)) });

/** The container inside a resource, or the answer to setting some. */
export const decodeProperties: Decode<readonly Property[]> = (value, at) =>
  (parse(container, value, at).Items ?? []).map((item, index) =>
    decodeProperty(item, `${at}.Items[${index}]`),
  );

const item = z.looseObject({ Id: maybe(id) });

/** An item of `…/properties/{name}/items`; `type` is that of the whole property. */
export function propertyItemDecoder(type: string): Decode<PropertyItem> {
  return (value, at) => {
    const fields = parse(item, value, at);
    return {
      id: fields.Id ?? JSON.stringify(value),
      value: itemValue(type.toLowerCase(), fields, at),
    };
  };
}
