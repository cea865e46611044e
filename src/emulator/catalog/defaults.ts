import type { Reference } from "../state/entities.ts";
import type { Entity, Property } from "../state/entity.ts";
import { normalizedDate, storedDate } from "../text/dates.ts";
import type { CatalogProperty, CatalogReference } from "./schema.ts";

/** The user and the application that created an entity, where the catalog names neither. */
export interface Author {
  readonly userId: string;
  readonly applicationId: string;
}

/** Default dates: each is a second later than the one before, so that no two entities have the same age. */
export class DefaultDates {
  #nextMs: number;

  constructor(start: string | undefined) {
    this.#nextMs = Date.parse(start ?? "2024-01-01T00:00:00Z");
  }

  /** Returns the catalog's date in the service's form, or the next default date. */
  pick(catalogDate: string | undefined): string {
    const date = catalogDate === undefined ? undefined : normalizedDate(catalogDate);
    if (date !== undefined) return date;
    const next = storedDate(this.#nextMs);
    this.#nextMs += 1000;
    return next;
  }
}

/** The keys that every entity copies from its catalog entry unchanged. */
export function entityKeys(entry: Omit<Entity, "id">): Omit<Entity, "id"> {
  return {
    ...(entry.removed === undefined ? {} : { removed: entry.removed }),
    ...(entry.extra === undefined ? {} : { extra: entry.extra }),
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
