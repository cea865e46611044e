/*
 * Begin here: `properties/` sets and deletes the properties of an entity. `parse.ts` reads them from a request
 * (`types.ts` knows their types, `values.ts` their values), this file stores them and checks who may change them.
 * `controllers/properties.ts` and the services that create entities call it.
 */

import type { Grants } from "../../access/grants.ts";
import { noPermissionProblem, propertyNotFoundProblem } from "../../http/problem.ts";
import type { PropertyNoun } from "../../state/entities.ts";
import type { Property } from "../../state/entity.ts";
import type { Transaction } from "../../state/transaction.ts";
import type { NewProperty } from "./parse.ts";

/** The entity that has the properties. */
export interface PropertyOwner {
  readonly noun: PropertyNoun;
  readonly id: string;
}

interface Author {
  readonly grants: Grants;
  /** The date of the change in the service's form. */
  readonly date: string;
}

/**
 * Adds or replaces each of `properties`; returns them as stored.
 *
 * @throws Problem 403 for a property that another application has set
 */
export function setProperties(
  transaction: Transaction,
  owner: PropertyOwner,
  properties: readonly NewProperty[],
  author: Author,
): Property[] {
  const set = properties.map((property) => withAuthor(property, author));
  const names = new Set(set.map((property) => property.name));
  const before = transaction.need(owner.noun, owner.id).properties ?? [];
  const replaced = before.filter((property) => names.has(property.name));
  for (const property of replaced) checkAuthor(property, author.grants);
  const others = before.filter((property) => !names.has(property.name));
  putProperties(transaction, owner, [...others, ...set]);
  return set;
}

/** @throws Problem 404 if there is no property of that name, 403 if another application set it */
export function deleteProperty(
  transaction: Transaction,
  owner: PropertyOwner,
  name: string,
  grants: Grants,
): void {
  const before = transaction.need(owner.noun, owner.id).properties ?? [];
  const property = before.find((each) => each.name === name);
  if (property === undefined) throw propertyNotFoundProblem(name);
  checkAuthor(property, grants);
  putProperties(
    transaction,
    owner,
    before.filter((each) => each !== property),
  );
}

/** Returns a property with the user, the application and the date of its change. */
export function withAuthor(property: NewProperty, { grants, date }: Author): Property {
  const { userId, applicationId } = grants.token;
  return { ...property, dateModified: date, userId, applicationId };
}

function checkAuthor(property: Property, grants: Grants): void {
  if (property.applicationId === grants.token.applicationId) return;
  throw noPermissionProblem("write", "Property");
}

function putProperties(
  transaction: Transaction,
  { id, noun }: PropertyOwner,
  properties: readonly Property[],
): void {
  transaction.put(noun, { ...transaction.need(noun, id), properties });
}
