import { z } from "zod";
import {
  ENTITY_TYPES,
  type EntityReference,
  type EntityType,
  type MapEntry,
  type PropertyValue,
  V2_ENTITY_TYPES,
} from "./property.ts";
import { type Decode, model, parse } from "./parse.ts";
import { id, maybe, text } from "./wire.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What v2 calls the key of a type; `Items` behind it for several. */
const V2_KEYS: Readonly<Record<EntityType, string>> = {
  project: "Project",
  sample: "Sample",
  appresult: "AppResult",
  run: "Run",
  file: "File",
  appsession: "AppSession",
  library: "SampleLibrary",
  biosample: "BioSample",
  dataset: "Dataset",
  application: "Application",
  subject: "Subject",
  user: "User",
  librarypool: "LibraryPool",
};

const KNOWN: readonly string[] = [...ENTITY_TYPES, ...V2_ENTITY_TYPES];

/** The value of a property of `type`, in lower case. @throws WireError */
export function propertyValue(type: string, fields: Fields, at: string): PropertyValue {
  const isSeveral = type.endsWith("[]");
  return isSeveral ? several(type.slice(0, -2), fields, at) : single(type, fields, at);
}

/** One of the values of a property of `type`, such as `sample[]`. @throws WireError */
export function itemValue(type: string, fields: Fields, at: string): PropertyValue {
  return single(type.replace(/\[\]$/, ""), fields, at);
}

function single(type: string, fields: Fields, at: string): PropertyValue {
  const where = `${at}.Content`;
  if (type === "string") {
    return { kind: "text", text: parse(text, fields["Content"] ?? "", where) };
  }
  if (type === "map") {
    const entries = fields["ContentMap"] ?? fields["Content"] ?? fields["Items"] ?? [];
    return { kind: "map", entries: mapEntries(entries, where) };
  }
  if (!isEntityType(type)) return { kind: "other", value: fields["Content"] };
  const content = fields["Content"] ?? fields[V2_KEYS[type]];
  return { kind: "entity", entity: entityReference(type)(content, where) };
}

function several(type: string, fields: Fields, at: string): PropertyValue {
  const where = `${at}.Items`;
  const list = (...keys: readonly string[]): readonly unknown[] =>
    parse(z.array(z.unknown()), keys.map((key) => fields[key]).find(isThere) ?? [], where);
  if (type === "string") {
    const texts = list("Items", "ContentItems");
    return {
      kind: "texts",
      texts: texts.map((each, index) => parse(text, each, `${where}[${index}]`)),
    };
  }
  if (type === "map") {
    const maps = list("ContentMapItems", "ItemsMap", "Items");
    return {
      kind: "maps",
      maps: maps.map((each, index) => mapEntries(each, `${where}[${index}]`)),
    };
  }
  if (!isEntityType(type)) return { kind: "other", value: list("Items") };
  const decode = entityReference(type);
  const entities = list("Items", `${V2_KEYS[type]}Items`);
  return {
    kind: "entities",
    entities: entities.map((each, index) => decode(each, `${where}[${index}]`)),
  };
}

const entries = z.array(z.object({ Key: text, Values: maybe(z.array(text)) }));

function mapEntries(value: unknown, at: string): readonly MapEntry[] {
  return parse(entries, value, at).map(({ Key, Values }) => ({ key: Key, values: Values ?? [] }));
}

const compact = z.looseObject({
  Id: id,
  Href: text,
  Name: maybe(text),
  BioSampleName: maybe(text),
  LibraryName: maybe(text),
});

function entityReference(type: EntityType): Decode<EntityReference> {
  return (value, at) => {
    if (typeof value === "string") return { type, href: value, id: value.split("/").at(-1) ?? "" };
    const entity = parse(compact, value, at);
    return model<EntityReference>({
      type,
      id: entity.Id,
      href: entity.Href,
      name: entity.Name ?? entity.BioSampleName ?? entity.LibraryName,
      raw: value as Fields,
    });
  };
}

function isEntityType(type: string): type is EntityType {
  return KNOWN.includes(type);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
