import { BsmountError } from "../../core/errors.ts";
import type { Query } from "../transport/rest.ts";

/*
 * The parameters of a list are one table: it gives the type of the parameters and how they are sent. They are checked
 * before anything is sent, as the service ignores a parameter that it does not know, so that a typing error would
 * return everything.
 */

/** The direction of sorting. */
export type SortDir = "Asc" | "Desc";

/** The order of a list, which every list can be given. */
export interface ListParams<Sort extends string = "Id" | "Name" | "DateCreated"> {
  /** Default `Id` where there is one: new items then come last, and nothing moves while the list is read. */
  readonly sortBy?: Sort;
  /** Default `Asc`. */
  readonly sortDir?: SortDir;
}

/** A parameter that selects items of a list. */
export interface Filter<Value> {
  /** The name of the query parameter. */
  readonly wire: string;
  /** Checks a value and returns what is sent. @throws BsmountError `usage` */
  readonly write: (value: unknown, name: string) => string | readonly string[] | boolean;
  /** Exists only in the type. */
  readonly value?: Value;
}

/** What a list can be sorted by, and its filters. */
export interface ListRules {
  /** The first one is the default. */
  readonly sorts: readonly string[];
  readonly filters: Readonly<Record<string, Filter<unknown>>>;
}

/** The type of the parameters of a list with these rules. */
export type ParamsOf<Rules extends ListRules> = ListParams<Rules["sorts"][number]> & {
  readonly [Name in keyof Rules["filters"]]?: Rules["filters"][Name] extends Filter<infer Value>
    ? Value
    : never;
};

/** The rules of a list. */
export function listRules<const Sort extends string, Filters extends ListRules["filters"]>(
  sorts: readonly Sort[],
  filters: Filters,
): { readonly sorts: readonly Sort[]; readonly filters: Filters } {
  return { sorts, filters };
}

/** The order that most lists of v1 have, and no filters. */
export const BASIC_LIST = listRules(["Id", "Name", "DateCreated"], {});

/**
 * The query of a list. v2 spells `SortBy` and `SortDir` in lower case.
 * @throws BsmountError `usage` for a parameter or a value that the list does not have
 */
export function listQuery(rules: ListRules, params: object, version: "v1" | "v2"): Query {
  if (typeof params !== "object" || params === null) {
    throw invalidValueError("the list's parameters", params, "an object");
  }
  const { sortBy = rules.sorts[0], sortDir = "Asc", ...filters } = params as ListParams<string>;
  const sort = oneOf(rules.sorts)(sortBy, "sortBy");
  const direction = oneOf(["Asc", "Desc"])(sortDir, "sortDir");
  const query: Record<string, Query[string]> =
    version === "v1" ? { SortBy: sort, SortDir: direction } : { sortby: sort, sortdir: direction };
  for (const [name, value] of Object.entries(filters)) {
    if (value === undefined) continue;
    const filter = Object.hasOwn(rules.filters, name) ? rules.filters[name] : undefined;
    if (filter === undefined) throw unknownParameterError(name, rules);
    query[filter.wire] = filter.write(value, name);
  }
  return query;
}

/** A text that is not empty. */
export function textFilter<Value extends string = string>(wire: string): Filter<Value> {
  return { wire, write: textValue };
}

/** Several texts; none contains a comma, which separates them. */
export function textsFilter<Value extends string = string>(wire: string): Filter<readonly Value[]> {
  return { wire, write: (value, name) => listOf(value, name, textValue) };
}

/** Several of `allowed`, in any case; sent as they are spelled in `allowed`. */
export function choicesFilter<const Value extends string>(
  wire: string,
  allowed: readonly Value[],
): Filter<readonly Value[]> {
  return { wire, write: (value, name) => listOf(value, name, oneOf(allowed)) };
}

export function flagFilter(wire: string): Filter<boolean> {
  return {
    wire,
    write: (value, name) => {
      if (typeof value === "boolean") return value;
      throw invalidValueError(name, value, "true or false");
    },
  };
}

/** Ends of names, such as `.bam`; the dot may be omitted. */
export function extensionsFilter(wire: string): Filter<readonly string[]> {
  const dotted = (value: unknown, name: string): string => {
    const end = textValue(value, name);
    return end.startsWith(".") ? end : `.${end}`;
  };
  return { wire, write: (value, name) => listOf(value, name, dotted) };
}

/** Checks a whole number of 0 to `max`. @throws BsmountError `usage` */
export function checkNumber(
  name: string,
  value: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  const range =
    max === Number.MAX_SAFE_INTEGER ? "a whole number from 0" : `a whole number, 0 to ${max}`;
  throw invalidValueError(name, value, range);
}

/** Checks the name of an entity to create or find. @throws BsmountError `usage` when it is empty or no text */
export function checkText(name: string, value: unknown): void {
  textValue(value, name);
}

/** Returns the one of `allowed` that equals the value in any case. @throws BsmountError `usage` */
export function oneOf<Value extends string>(
  allowed: readonly Value[],
): (value: unknown, name: string) => Value {
  return (value, name) => {
    const found = allowed.find(
      (each) => typeof value === "string" && each.toLowerCase() === value.toLowerCase(),
    );
    if (found !== undefined) return found;
    throw invalidValueError(name, value, `one of ${allowed.join(", ")}`);
  };
}

function textValue(value: unknown, name: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw invalidValueError(name, value, "a text that is not empty");
}

function listOf(
  value: unknown,
  name: string,
  write: (value: unknown, name: string) => string,
): readonly string[] {
  if (!Array.isArray(value)) throw invalidValueError(name, value, "an array");
  return value.map((each: unknown) => {
    const written = write(each, name);
    if (written.includes(",")) throw invalidValueError(name, each, "without a comma");
    return written;
  });
}

function invalidValueError(name: string, value: unknown, wanted: string): BsmountError {
  const shown = JSON.stringify(value) ?? String(value);
  return new BsmountError("usage", `${name} is ${shown.slice(0, 100)}, but must be ${wanted}`);
}

function unknownParameterError(name: string, { filters }: ListRules): BsmountError {
  const known = ["sortBy", "sortDir", ...Object.keys(filters)].join(", ");
  return new BsmountError("usage", `this list has no parameter ${JSON.stringify(name)}`, {
    remedy: `the parameters are ${known}`,
  });
}
