import type { Raw } from "./raw.ts";

/** The types of entities that a property can refer to; `[]` behind a type is for several values. */
export const ENTITY_TYPES = [
  "project",
  "sample",
  "appresult",
  "run",
  "file",
  "appsession",
] as const;

/** The types that only v2 has. */
export const V2_ENTITY_TYPES = [
  "library",
  "biosample",
  "dataset",
  "application",
  "subject",
  "user",
  "librarypool",
] as const;

/** A type of entities that a property can refer to. */
export type EntityType = (typeof ENTITY_TYPES)[number] | (typeof V2_ENTITY_TYPES)[number];

/** A key of a map and its values. */
export interface MapEntry {
  /** The key. */
  readonly key: string;
  /** The values of the key. */
  readonly values: readonly string[];
}

/** An entity that a property refers to. */
export interface EntityReference {
  /** The type of the entity. */
  readonly type: EntityType;
  /** BaseSpace's Id. */
  readonly id: string;
  /** The path of the entity. */
  readonly href: string;
  /** The name, not unique. */
  readonly name?: string;
  /** Its compact form as it came; absent when the service sends nothing but the Href. */
  readonly raw?: Raw;
}

/**
 * The value of a property.
 *
 * - `text`, `texts`: `string`, `string[]`
 * - `entity`, `entities`: one entity, several entities
 * - `map`, `maps`: `map`, `map[]`
 * - `other`: a value of a type that is not known here, as it came
 */
export type PropertyValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "texts"; readonly texts: readonly string[] }
  | { readonly kind: "entity"; readonly entity: EntityReference }
  | { readonly kind: "entities"; readonly entities: readonly EntityReference[] }
  | { readonly kind: "map"; readonly entries: readonly MapEntry[] }
  | { readonly kind: "maps"; readonly maps: readonly (readonly MapEntry[])[] }
  | { readonly kind: "other"; readonly value: unknown };
