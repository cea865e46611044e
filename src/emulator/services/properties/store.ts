import type { Grants } from "../../access/grants.ts";
import { noPermission, propertyNotFound } from "../../http/problem.ts";
import type { Draft } from "../../state/draft.ts";
import type { PropertyNoun } from "../../state/entities.ts";
import type { Property } from "../../state/entity.ts";
import type { NewProperty } from "./parse.ts";

/** A thing that carries properties. */
export interface PropertyPlace {
  readonly noun: PropertyNoun;
  readonly id: string;
}

interface Author {
  readonly grants: Grants;
  /** In the service's form. */
  readonly date: string;
}

/**
 * Sets each property of `given`, whether it was there or not; gives them as they are now.
 *
 * @throws Problem 403 for a property that another application has set
 */
export function setProperties(
  draft: Draft,
  place: PropertyPlace,
  given: readonly NewProperty[],
  author: Author,
): Property[] {
  const set = given.map((property) => authored(property, author));
  const names = new Set(set.map((property) => property.name));
  const before = draft.need(place.noun, place.id).properties ?? [];
  const replaced = before.filter((property) => names.has(property.name));
  for (const property of replaced) checkAuthor(property, author.grants);
  const others = before.filter((property) => !names.has(property.name));
  put(draft, place, [...others, ...set]);
  return set;
}

/** @throws Problem 404 when there is none of that name, 403 when another application has set it */
export function deleteProperty(
  draft: Draft,
  place: PropertyPlace,
  name: string,
  grants: Grants,
): void {
  const before = draft.need(place.noun, place.id).properties ?? [];
  const property = before.find((each) => each.name === name);
  if (property === undefined) throw propertyNotFound(name);
  checkAuthor(property, grants);
  put(
    draft,
    place,
    before.filter((each) => each !== property),
  );
}

/** A new property, said to be of this user and application. */
export function authored(property: NewProperty, { grants, date }: Author): Property {
  const { userId, applicationId } = grants.token;
  return { ...property, dateModified: date, userId, applicationId };
}

function checkAuthor(property: Property, grants: Grants): void {
  if (property.applicationId === grants.token.applicationId) return;
  throw noPermission("write", "Property");
}

function put(draft: Draft, { id, noun }: PropertyPlace, properties: readonly Property[]): void {
  draft.put(noun, { ...draft.need(noun, id), properties });
}
