import { DATE_NOT_SET, normalizedDate } from "../../text/dates.ts";

/** What recordings say about one entity: the keys of all forms in which it was recorded. */
export type Facts = Readonly<Record<string, unknown>>;

/** Ids as a catalog accepts them. */
const NUMBER_ID = /^[1-9]\d{0,17}$/;
const DATASET_ID = /^ds\.[0-9a-f]{32}$/;

export function isObject(value: unknown): value is Facts {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The elements of a list; none for any other value. */
export function elementsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Whether a catalog can have an entity of this noun and Id. */
export function isId(noun: string, id: unknown): id is string {
  return typeof id === "string" && (noun === "datasets" ? DATASET_ID : NUMBER_ID).test(id);
}

/** Whether a value says nothing, so that another recording's is better. */
export function isVague(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === DATE_NOT_SET;
}

/** The first of the keys that is a text. */
export function text(facts: Facts, ...keys: readonly string[]): string | undefined {
  return keys.map((key) => facts[key]).find((value) => typeof value === "string");
}

/** The same for a text that is not blank, as names have to be. */
export function name(facts: Facts, ...keys: readonly string[]): string | undefined {
  return keys
    .map((key) => facts[key])
    .find((value) => typeof value === "string" && /\S/.test(value)) as string | undefined;
}

/** The texts in a list. */
export function texts(list: unknown): readonly string[] {
  return elementsOf(list).filter((value) => typeof value === "string");
}

export function date(facts: Facts, ...keys: readonly string[]): string | undefined {
  return keys.map((key) => text(facts, key)).find((value) => isDate(value));
}

function isDate(value: string | undefined): boolean {
  return (
    value !== undefined && normalizedDate(value) !== undefined && !Number.isNaN(Date.parse(value))
  );
}

/** A whole number that is not negative. */
export function count(facts: Facts, key: string): number | undefined {
  const value = facts[key];
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

export function flag(facts: Facts, key: string): boolean | undefined {
  const value = facts[key];
  return typeof value === "boolean" ? value : undefined;
}

/** The Id of the entity that a key has, or of the first in its list. */
export function reference(facts: Facts, key: string): string | undefined {
  const value = elementsOf(facts[key])[0] ?? facts[key];
  return isObject(value) && isId("", value["Id"]) ? value["Id"] : undefined;
}

export function nested(facts: Facts, key: string): Facts {
  const value = facts[key];
  return isObject(value) ? value : {};
}

/** An entity whose recorded status is 410. */
export function removed(facts: Facts): { readonly removed?: true } {
  return facts["IsRemoved"] === true ? { removed: true } : {};
}

type Defined<Keys> = { [Key in keyof Keys]?: Exclude<Keys[Key], undefined> };

/** The keys that have a value. */
export function defined<Keys extends object>(keys: Keys): Defined<Keys> {
  const entries = Object.entries(keys).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<Keys>;
}
