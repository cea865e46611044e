import { computed, decoder, type ModelOf, nested, optional, rawObject, required } from "./model.ts";
import { type Decode, decodeAll, WireError } from "./parse.ts";
import type { PropertyValue } from "./property-types.ts";
import { itemValue, propertyValue } from "./property-value.ts";
import type { Raw } from "./raw.ts";
import { count, date, id, text } from "./wire.ts";

const typeName = text.transform((name) => name.toLowerCase());

const fields = {
  /** The name, with its namespace: `Input.Samples`. */
  name: required<string>("Name", text),
  /** `string`, `sample`, `map`, …, followed by `[]` for several values; in lower case. */
  type: required<string>("Type", typeName),
  /** The path of the property. */
  href: optional("Href", text),
  /** Free text. */
  description: optional("Description", text),
  /** Of several values, the first ones: see `itemsTotalCount`, and `properties.items()` for all. */
  value: computed((json, at) => valueOf(json, at)),
  /** The number of its items. */
  itemsTotalCount: optional("ItemsTotalCount", count),
  /** Only in a property that was requested by its name. */
  dateModified: optional("DateModified", date),
  /** The JSON object as it came. */
  raw: rawObject,
};

/** A value that people and apps attach to an entity. */
export interface Property extends ModelOf<typeof fields> {}

/** Of v1, which has every value in `Content` or `Items`, and of v2, which names keys by their type. */
export const decodeProperty: Decode<Property> = decoder(fields);

/** A value of unexpected form is kept as it came: it must not make its entity unreadable. */
function valueOf(json: Raw, at: string): PropertyValue {
  try {
    return propertyValue(String(json["Type"]).toLowerCase(), json, at);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { kind: "other", value: json["Content"] ?? json["Items"] };
  }
}

const decodeList = decoder({ items: nested("Items", decodeAll(decodeProperty)) });

/** The list of properties inside an entity, or the response to setting some. */
export const decodeProperties: Decode<readonly Property[]> = (value, at) =>
  decodeList(value, at).items ?? [];

/** One value of a property that has several. */
export interface PropertyItem {
  /** BaseSpace's Id. */
  readonly id: string;
  /** `text`, `entity`, `map` or `other`. */
  readonly value: PropertyValue;
}

const itemId = decoder({ id: optional("Id", id) });

/** An item of `…/properties/{name}/items`; `type` is that of the whole property. */
export function propertyItemDecoder(type: string): Decode<PropertyItem> {
  return (value, at) => ({
    id: itemId(value, at).id ?? JSON.stringify(value),
    value: itemValue(type.toLowerCase(), value as Raw, at),
  });
}
