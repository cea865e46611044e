import { type Fields, lowerCaseKeys } from "../../http/body.ts";
import { propertyProblem } from "../../http/problem.ts";
import type { Property, PropertyMapEntry } from "../../state/entity.ts";
import { parseHref } from "../../text/hrefs.ts";
import { type PropertyType, storedHref } from "./types.ts";

/** The limit of one value in UTF-8. */
const MAX_CONTENT_BYTES = 65_000;
const MAP_KEY = /^[A-Za-z0-9_.:\- ]{1,64}$/;

export type PropertyValue = Pick<Property, "content" | "items" | "contentMap" | "itemsMap">;

/** Whether the entity exists and the caller may see it. */
export type CanResolve = (noun: string, id: string) => boolean;

/**
 * Reads a property's value from the keys that clients use: `Content`, `Items`, `ContentMap`, `ItemsMap`, and v2's
 * `ContentItems` and `ContentMapItems`. Maps can also be in `Content` or `Items`.
 *
 * @throws Problem with a `BASESPACE.PROPERTIES.…` code
 */
export function propertyValue(
  type: PropertyType,
  fields: Fields,
  canResolve: CanResolve,
): PropertyValue {
  const one = fields.get("contentmap") ?? fields.get("content");
  const many =
    fields.get("itemsmap") ??
    fields.get("contentmapitems") ??
    fields.get("contentitems") ??
    fields.get("items");
  if (type.base === "map") {
    return type.isMany
      ? { itemsMap: asList(many).map(mapEntries) }
      : { contentMap: mapEntries(one ?? many) };
  }
  const value = (item: unknown): string => textOrReference(type, item, canResolve);
  return type.isMany ? { items: asList(many).map(value) } : { content: value(one) };
}

function asList(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw propertyProblem("ITEMS_INVALID", "The items of a property are not a list");
}

function textOrReference(type: PropertyType, value: unknown, canResolve: CanResolve): string {
  const text = contentText(value);
  return type.noun === undefined ? text : resolvedHref(type.noun, text, canResolve);
}

function contentText(value: unknown): string {
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  const text = isScalar ? String(value) : "";
  if (!isScalar && value !== undefined && value !== null) {
    throw propertyProblem("CONTENT_INVALID", "The content of a property is not a text");
  }
  if (Buffer.byteLength(text) <= MAX_CONTENT_BYTES) return text;
  throw propertyProblem(
    "CONTENT_LENGTH",
    `The content of a property may have at most ${MAX_CONTENT_BYTES} bytes`,
  );
}

function resolvedHref(noun: string, text: string, canResolve: CanResolve): string {
  const target = parseHref(text);
  if (target?.noun !== noun) {
    throw propertyProblem(
      "CONTENT_REFERENCE_INVALID",
      `${JSON.stringify(text)} is not the Href of one of the ${noun}`,
    );
  }
  if (canResolve(noun, target.id)) return storedHref(noun, target.id);
  throw propertyProblem("CONTENT_REFERENCE_NOT_RESOLVED", `${text} could not be resolved`, 409);
}

function mapEntries(value: unknown): PropertyMapEntry[] {
  const keys = new Set<string>();
  return asList(value).map((item) => {
    const entry = mapEntry(item);
    if (keys.has(entry.Key)) {
      throw propertyProblem("CONTENT_MAP_DUPES", `The key ${entry.Key} occurs twice in one map`);
    }
    keys.add(entry.Key);
    return entry;
  });
}

function mapEntry(item: unknown): PropertyMapEntry {
  const fields = lowerCaseKeys(item);
  const key = fields.get("key");
  if (typeof key !== "string" || !MAP_KEY.test(key)) {
    throw propertyProblem(
      "CONTENT_MAP_KEY_INVALID",
      "A map's keys have 1 to 64 letters, digits, spaces and _ . : -",
    );
  }
  return { Key: key, Values: asList(fields.get("values")).map(contentText) };
}
