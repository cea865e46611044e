import type { Entity } from "../state/entity.ts";
import type { State } from "../state/state.ts";

/*
 * Begin here. `serialise/` turns stored entities into the JSON of the API: compact forms for lists and for use in
 * other resources (this folder), `full/` for single v1 resources, `v2/` for v2. `controllers/` call it with the
 * `View`; it changes nothing.
 */

/** A JSON object; keys whose value is undefined are not sent. */
export type Json = Record<string, unknown>;

/** The state and the origins that every serialiser reads. */
export interface View {
  readonly state: State;
  /** The origin of web pages: `HrefBaseSpaceUI`. */
  readonly webOrigin: () => string;
  /** The origin with which v2's Hrefs begin. */
  readonly apiOrigin: () => string;
}

/** Returns `json` with the entity's extra keys; those that exist already keep their position. */
export function withExtra(entity: Entity, json: Json): Json {
  if (entity.extra === undefined) return json;
  const merged = { ...json, ...entity.extra };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** Makes the last part of a page's address: letters, digits, dots and underscores, everything else as dashes. */
export function slug(name: string): string {
  return name.replace(/[^\p{L}\p{N}._]+/gu, "-").replace(/^-+|-+$/g, "");
}

/** Serialises an entity; undefined if there is none. */
export function ifFound<Found>(
  entity: Found | undefined,
  serialise: (entity: Found) => Json,
): Json | undefined {
  return entity === undefined ? undefined : serialise(entity);
}
