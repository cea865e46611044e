import { normalDate, storedDate } from "../text/dates.ts";
import type { Reference } from "../state/entities.ts";
import type { Entity, Property } from "../state/entity.ts";
import type { CatalogProperty, CatalogReference } from "./schema.ts";

/** Who changed what, where the catalog does not say. */
export interface Author {
  readonly userId: string;
  readonly applicationId: string;
}

/** Dates that count up by a second from a start, so that nothing in a catalog is of the same age. */
export class DefaultDates {
  #nextMs: number;

  constructor(start: string | undefined) {
    this.#nextMs = Date.parse(start ?? "2024-01-01T00:00:00Z");
  }

  /** The date that the catalog gives, or the next one. */
  pick(given: string | undefined): string {
    const date = given === undefined ? undefined : normalDate(given);
    if (date !== undefined) return date;
    const next = storedDate(this.#nextMs);
    this.#nextMs += 1000;
    return next;
  }
}

/** The keys that every entity takes over as they are. */
export function entityKeys(given: Omit<Entity, "id">): Omit<Entity, "id"> {
  return {
    ...(given.removed === undefined ? {} : { removed: given.removed }),
    ...(given.extra === undefined ? {} : { extra: given.extra }),
  };
}

export function storedProperties(
  properties: readonly CatalogProperty[] | undefined,
  author: Author,
  dateModified: string,
): Property[] {
  return (properties ?? []).map((property) => ({
    description: "",
    ...property,
    type: property.type?.toLowerCase() ?? impliedType(property),
    dateModified,
    userId: author.userId,
    applicationId: author.applicationId,
  }));
}

export function storedReferences(references: readonly CatalogReference[] | undefined): Reference[] {
  return (references ?? []).map(({ rel, type, href }) => ({
    rel: rel ?? "Using",
    type,
    hrefContent: href,
  }));
}

function impliedType(property: CatalogProperty): string {
  if (property.itemsMap !== undefined) return "map[]";
  if (property.contentMap !== undefined) return "map";
  return property.items === undefined ? "string" : "string[]";
}
