import type { Raw } from "./raw.ts";

/** What a property can point at; `[]` behind a type makes it one of several values. */
export const ENTITY_TYPES = [
  "project",
  "sample",
  "appresult",
  "run",
  "file",
  "appsession",
] as const;

/** Those that only v2 knows. */
export const V2_ENTITY_TYPES = [
  "library",
  "biosample",
  "dataset",
  "application",
  "subject",
  "user",
  "librarypool",
] as const;

export type EntityType = (typeof ENTITY_TYPES)[number] | (typeof V2_ENTITY_TYPES)[number];

/** A key of a map and its values. */
export interface MapEntry {
  readonly key: string;
  readonly values: readonly string[];
}

/** A resource that a property points at. */
export interface EntityReference {
  readonly type: EntityType;
  readonly id: string;
  readonly href: string;
  readonly name?: string;
  /** Its compact form, as it came; absent where the service gives nothing but the Href. */
  readonly raw?: Raw;
}

/**
 * What a property holds.
 *
 * - `text`, `texts`: `string`, `string[]`
 * - `entity`, `entities`: a resource, several of them
 * - `map`, `maps`: `map`, `map[]`
 * - `other`: of a type that has no name here, as it came
 */
export type PropertyValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "texts"; readonly texts: readonly string[] }
  | { readonly kind: "entity"; readonly entity: EntityReference }
  | { readonly kind: "entities"; readonly entities: readonly EntityReference[] }
  | { readonly kind: "map"; readonly entries: readonly MapEntry[] }
  | { readonly kind: "maps"; readonly maps: readonly (readonly MapEntry[])[] }
  | { readonly kind: "other"; readonly value: unknown };

/** A value that people and apps attach to a resource. */
export interface Property {
  readonly name: string;
  /** `string`, `sample`, `map`, …, `[]` behind it for several; in lower case. */
  readonly type: string;
  readonly href?: string;
  readonly description?: string;
  /** Of several values those that came along: see `itemsTotalCount`, and `properties.items()` for all. */
  readonly value: PropertyValue;
  readonly itemsTotalCount?: number;
  /** Only in a property asked for by itself. */
  readonly dateModified?: Date;
  readonly raw: Raw;
}

/** One value of a property that has several. */
export interface PropertyItem {
  readonly id: string;
  /** `text`, `entity`, `map` or `other`. */
  readonly value: PropertyValue;
}
