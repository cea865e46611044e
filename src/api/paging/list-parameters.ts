import { BsmountError } from "../../core/errors.ts";
import type { Query } from "../transport/rest.ts";

/*
 * Parameters of lists, checked before anything is sent: the service takes no notice of a parameter that
 * it does not know, so that a slip would give a list of everything.
 */

export type SortDir = "Asc" | "Desc";

/** What every list takes, beside filters of its own. */
export interface ListParams<Sort extends string = "Id" | "Name" | "DateCreated"> {
  /** Default `Id` where there is one: while a list is read, what is added comes last and nothing moves. */
  readonly sortBy?: Sort;
  /** Default `Asc`. */
  readonly sortDir?: SortDir;
}

/** How one filter is called on the wire, and how its value is checked and written. */
export interface Filter {
  readonly wire: string;
  /** @throws BsmountError `usage` */
  readonly write: (value: unknown, name: string) => string | readonly string[] | boolean;
}

export interface ListRules {
  /** The first one is the default. */
  readonly sorts: readonly string[];
  readonly filters: Readonly<Record<string, Filter>>;
  /** v2 writes names in lower case. */
  readonly version: "v1" | "v2";
}

/** @throws BsmountError `usage` for a parameter or a value that the list does not have */
export function listQuery(rules: ListRules, params: object): Query {
  if (typeof params !== "object" || params === null) {
    throw wrong("the list's parameters", params, "an object");
  }
  const { sortBy = rules.sorts[0], sortDir = "Asc", ...filters } = params as ListParams<string>;
  const sort = oneOf(rules.sorts)(sortBy, "sortBy");
  const direction = oneOf(["Asc", "Desc"])(sortDir, "sortDir");
  const query: Record<string, Query[string]> =
    rules.version === "v1"
      ? { SortBy: sort, SortDir: direction }
      : { sortby: sort, sortdir: direction };
  for (const [name, value] of Object.entries(filters)) {
    if (value === undefined) continue;
    const filter = Object.hasOwn(rules.filters, name) ? rules.filters[name] : undefined;
    if (filter === undefined) throw unknownParameter(name, rules);
    query[filter.wire] = filter.write(value, name);
  }
  return query;
}

/** A text that is not empty. */
export function text(wire: string): Filter {
  return { wire, write: textValue };
}

/** Several texts; none holds a comma, which is what stands between them. */
export function texts(wire: string): Filter {
  return { wire, write: (value, name) => listOf(value, name, textValue) };
}

/** Several of `allowed`, in any case; written as `allowed` has them. */
export function choices(wire: string, allowed: readonly string[]): Filter {
  return { wire, write: (value, name) => listOf(value, name, oneOf(allowed)) };
}

export function flag(wire: string): Filter {
  return {
    wire,
    write: (value, name) => {
      if (typeof value === "boolean") return value;
      throw wrong(name, value, "true or false");
    },
  };
}

/** Ends of names, such as `.bam`; the dot may be left out. */
export function extensions(wire: string): Filter {
  const dotted = (value: unknown, name: string): string => {
    const end = textValue(value, name);
    return end.startsWith(".") ? end : `.${end}`;
  };
  return { wire, write: (value, name) => listOf(value, name, dotted) };
}

/** A whole number from 0 on, at most `max`. @throws BsmountError `usage` */
export function checkNumber(
  name: string,
  value: number,
  max: number = Number.MAX_SAFE_INTEGER,
): void {
  if (Number.isSafeInteger(value) && value >= 0 && value <= max) return;
  const range =
    max === Number.MAX_SAFE_INTEGER ? "a whole number from 0" : `a whole number, 0 to ${max}`;
  throw wrong(name, value, range);
}

/** A name that is made or looked for. @throws BsmountError `usage` when it is empty or no text */
export function checkText(name: string, value: unknown): void {
  textValue(value, name);
}

/** The one of `allowed` that is meant. @throws BsmountError `usage` */
export function oneOf<Value extends string>(
  allowed: readonly Value[],
): (value: unknown, name: string) => Value {
  return (value, name) => {
    const found = allowed.find(
      (each) => typeof value === "string" && each.toLowerCase() === value.toLowerCase(),
    );
    if (found !== undefined) return found;
    throw wrong(name, value, `one of ${allowed.join(", ")}`);
  };
}

function textValue(value: unknown, name: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw wrong(name, value, "a text that is not empty");
}

function listOf(
  value: unknown,
  name: string,
  write: (value: unknown, name: string) => string,
): readonly string[] {
  if (!Array.isArray(value)) throw wrong(name, value, "an array");
  return value.map((each: unknown) => {
    const written = write(each, name);
    if (written.includes(",")) throw wrong(name, each, "without a comma");
    return written;
  });
}

function wrong(name: string, value: unknown, wanted: string): BsmountError {
  const shown = JSON.stringify(value) ?? String(value);
  return new BsmountError("usage", `${name} is ${shown.slice(0, 100)}, but must be ${wanted}`);
}

function unknownParameter(name: string, { filters }: ListRules): BsmountError {
  const known = ["sortBy", "sortDir", ...Object.keys(filters)].join(", ");
  return new BsmountError("usage", `this list has no parameter ${JSON.stringify(name)}`, {
    remedy: `the parameters are ${known}`,
  });
}
