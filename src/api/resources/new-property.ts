import { BsmountError } from "../../core/errors.ts";
import type { Raw } from "../models/raw.ts";
import {
  ENTITY_TYPES,
  type EntityType,
  type MapEntry,
  V2_ENTITY_TYPES,
} from "../models/property-types.ts";

/** An entity to refer to: its Href (`v1pre3/samples/12`), or the entity itself. */
export type EntityTarget = string | { readonly href: string };

interface Named {
  /** 2 to 64 characters, such as `apiset.note`. Names that begin with `BaseSpace.` are reserved for the platform. */
  readonly name: string;
  readonly description?: string;
}

/** A property to set. Setting it again replaces it. */
export type NewProperty = Named &
  (
    | { readonly type: "string"; readonly content: string }
    | { readonly type: "string[]"; readonly items: readonly string[] }
    | { readonly type: EntityType; readonly content: EntityTarget }
    | { readonly type: `${EntityType}[]`; readonly items: readonly EntityTarget[] }
    | { readonly type: "map"; readonly entries: readonly MapEntry[] }
    | { readonly type: "map[]"; readonly maps: readonly (readonly MapEntry[])[] }
  );

const MIN_NAME_LENGTH = 2;
const MAX_NAME_LENGTH = 64;
const MAX_KEY_LENGTH = 64;
const MAX_CONTENT_BYTES = 65_000;

/** The path segment of each type, in an Href. */
export const NOUNS: Readonly<Record<EntityType, string>> = {
  project: "projects",
  sample: "samples",
  appresult: "appresults",
  run: "runs",
  file: "files",
  appsession: "appsessions",
  library: "libraries",
  biosample: "biosamples",
  dataset: "datasets",
  application: "applications",
  subject: "subjects",
  user: "users",
  librarypool: "librarypools",
};

const TYPES: ReadonlySet<string> = new Set(
  ["string", "map", ...ENTITY_TYPES, ...V2_ENTITY_TYPES].flatMap((type) => [type, `${type}[]`]),
);

/**
 * The body that sets `properties`, after checking the documented limits.
 * @throws BsmountError `usage`, naming the property
 */
export function propertiesBody(properties: readonly NewProperty[]): { Properties: readonly Raw[] } {
  const names = new Set<string>();
  for (const { name } of properties) {
    if (names.has(name)) throw invalidPropertyError(name, "is there twice");
    names.add(name);
  }
  return { Properties: properties.map(wireProperty) };
}

function wireProperty(property: NewProperty): Raw {
  const { name, type, description = "" } = property;
  if (typeof name !== "string" || name.length < MIN_NAME_LENGTH || name.length > MAX_NAME_LENGTH) {
    throw invalidPropertyError(
      name,
      `must have a name of ${MIN_NAME_LENGTH} to ${MAX_NAME_LENGTH} characters`,
    );
  }
  if (!TYPES.has(type)) {
    throw invalidPropertyError(
      name,
      `is of type ${JSON.stringify(type)}, which is none of ${[...TYPES].join(", ")}`,
    );
  }
  return { Type: type, Name: name, Description: description, ...wireValue(property) };
}

function wireValue(property: NewProperty): Raw {
  const { name } = property;
  if (isMap(property)) return { ContentMap: wireMap(name, property.entries) };
  if (isMaps(property)) {
    return { ItemsMap: arrayOf(name, "maps", property.maps).map((map) => wireMap(name, map)) };
  }
  const bald = property.type.replace(/\[\]$/, "");
  const write = (value: unknown): string =>
    bald === "string" ? checkedText(name, value) : href(name, bald as EntityType, value);
  if ("items" in property) return { Items: arrayOf(name, "items", property.items).map(write) };
  if (property.type.endsWith("[]")) throw invalidPropertyError(name, "must have an array of items");
  return { Content: write(property.content) };
}

function isMap(property: NewProperty): property is Extract<NewProperty, { type: "map" }> {
  return property.type === "map";
}

function isMaps(property: NewProperty): property is Extract<NewProperty, { type: "map[]" }> {
  return property.type === "map[]";
}

/** Callers in JavaScript are not checked by the compiler. */
function arrayOf<Item>(name: string, what: string, value: readonly Item[]): readonly Item[] {
  if (Array.isArray(value)) return value as readonly Item[];
  throw invalidPropertyError(name, `must have an array of ${what}`);
}

function checkedText(name: string, value: unknown): string {
  if (typeof value !== "string") throw invalidPropertyError(name, "must be a text");
  const bytes = Buffer.byteLength(value);
  if (bytes <= MAX_CONTENT_BYTES) return value;
  throw invalidPropertyError(name, `is ${bytes} bytes long; ${MAX_CONTENT_BYTES} is the most`);
}

function wireMap(name: string, entries: readonly MapEntry[]): readonly Raw[] {
  const keys = new Set<string>();
  return arrayOf(name, "entries", entries).map(({ key, values }) => {
    if (
      typeof key !== "string" ||
      key === "" ||
      key.length > MAX_KEY_LENGTH ||
      /[$\p{Cc}]/u.test(key)
    ) {
      const problem = `has the key ${JSON.stringify(key)}; a key is 1 to ${MAX_KEY_LENGTH} characters without $`;
      throw invalidPropertyError(name, problem);
    }
    if (keys.has(key)) throw invalidPropertyError(name, `has the key ${JSON.stringify(key)} twice`);
    keys.add(key);
    return {
      Key: key,
      Values: arrayOf(name, "values", values).map((value) => checkedText(name, value)),
    };
  });
}

/** `v1pre3/samples/12`, or the absolute address of v2. */
function href(name: string, type: EntityType, target: unknown): string {
  const text = hrefOf(target);
  const [noun, id] =
    text
      ?.replace(/^https?:\/\/[^/]+/, "")
      .split("/")
      .slice(-2) ?? [];
  if (text !== undefined && noun === NOUNS[type] && id !== undefined && id !== "") return text;
  const example = `v1pre3/${NOUNS[type]}/12`;
  throw invalidPropertyError(
    name,
    `points at ${JSON.stringify(text)}, but must be a ${type}'s Href: ${example}`,
  );
}

function hrefOf(target: unknown): string | undefined {
  if (typeof target === "string") return target;
  if (typeof target !== "object" || target === null || !("href" in target)) return undefined;
  return typeof target.href === "string" ? target.href : undefined;
}

function invalidPropertyError(name: unknown, problem: string): BsmountError {
  return new BsmountError("usage", `the property ${JSON.stringify(name)} ${problem}`);
}
