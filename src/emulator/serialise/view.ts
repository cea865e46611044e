import type { Entity } from "../state/entity.ts";
import type { State } from "../state/state.ts";

/** A JSON object under way; keys whose value is undefined do not reach the wire. */
export type Json = Record<string, unknown>;

/** What every serialiser reads from. */
export interface View {
  readonly state: State;
  /** The origin of pages for people: `HrefBaseSpaceUI`. */
  readonly webOrigin: () => string;
  /** What v2 puts in front of its Hrefs. */
  readonly apiOrigin: () => string;
}

/** `json` with the entity's own extra keys: in place where they exist, behind the others else. */
export function withExtra(entity: Entity, json: Json): Json {
  if (entity.extra === undefined) return json;
  const merged = { ...json, ...entity.extra };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

/** The last part of a page's address: anything but letters, digits and dots squeezed to dashes. */
export function slug(name: string): string {
  return name.replace(/[^\p{L}\p{N}._]+/gu, "-").replace(/^-+|-+$/g, "");
}
