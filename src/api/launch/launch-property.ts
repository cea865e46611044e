import { BsmountError } from "../../core/errors.ts";
import {
  ENTITY_TYPES,
  type EntityType,
  type MapEntry,
  V2_ENTITY_TYPES,
} from "../models/property-types.ts";

/** A column of a table that an app takes as one of its inputs. */
export interface LaunchColumn {
  /** The full name, without the row: `Input.experiments.label`. */
  readonly name: string;
  /** The type of its cells: `string`, `sample`, … */
  readonly type: string;
}

/** One input of an app. */
export interface LaunchProperty {
  /** The full name: `Input.sample-id`. */
  readonly name: string;
  /** `string`, `sample`, `map`, …, followed by `[]` for several values; in lower case. */
  readonly type: string;
  /** Of a `map` that is a table: its columns, in order. */
  readonly columns?: readonly LaunchColumn[];
}

/**
 * The value of an input:
 *
 * - a text, or several: of `string`; of entities their Ids
 * - rows of cells: of a table
 * - `entries`: of another `map`
 * - `maps`: of `map[]`
 */
export type LaunchValue =
  | string
  | readonly string[]
  | readonly (readonly string[])[]
  | {
      /** The keys of the map and their values. */
      readonly entries: readonly MapEntry[];
    }
  | {
      /** One list of keys and values for each map. */
      readonly maps: readonly (readonly MapEntry[])[];
    };

/** Values by the short names of the inputs. */
export type LaunchValues = ReadonlyMap<string, LaunchValue> | Readonly<Record<string, LaunchValue>>;

const INPUT = "Input.";
/** A name of the service has fewer. */
const MAX_PARTS = 64;
const KNOWN: readonly string[] = [...ENTITY_TYPES, ...V2_ENTITY_TYPES];

/** A copy in which a name such as `__proto__` is nothing special. */
export function valueMap(values: LaunchValues): Map<string, LaunchValue> {
  return new Map(isMap(values) ? values : Object.entries(values));
}

function isMap(values: LaunchValues): values is ReadonlyMap<string, LaunchValue> {
  return values instanceof Map;
}

/** The type without `[]`. */
export function baldType(type: string): string {
  return type.replace(/\[\]$/, "");
}

/** Whether the values of this type, without `[]`, are Ids. */
export function isEntityType(type: string): type is EntityType {
  return KNOWN.includes(type);
}

/** Whether it is the name of an input of an app. */
export function isInputName(name: string): boolean {
  return name.startsWith(INPUT) && name.length > INPUT.length;
}

/**
 * The short name of each full name: its last part, with as many of those before it as no two inputs share.
 * `Input.a.size` and `Input.b.size` are `a.size` and `b.size`.
 * @throws BsmountError `usage` for a name that is not `Input.…`, or that occurs twice
 */
export function shortNames(fullNames: readonly string[]): Map<string, string> {
  const parts = new Map(fullNames.map((name) => [name, partsOf(name)]));
  if (parts.size < fullNames.length) {
    const twice = fullNames.find((name, at) => fullNames.indexOf(name) !== at) ?? "";
    throw new BsmountError("usage", `the input ${JSON.stringify(twice)} is there twice`);
  }
  const short = new Map<string, string>();
  let open = fullNames;
  for (let length = 1; open.length > 0; length += 1) {
    const count = length < MAX_PARTS ? length : Infinity;
    const candidates = open.map((name) => (parts.get(name) ?? []).slice(-count).join("."));
    const counts = new Map<string, number>();
    for (const each of candidates) counts.set(each, (counts.get(each) ?? 0) + 1);
    open = open.filter((name, at) => {
      const candidate = candidates[at] ?? name;
      const isWhole = count >= (parts.get(name)?.length ?? 0);
      if (counts.get(candidate) !== 1 && !isWhole) return true;
      short.set(name, candidate);
      return false;
    });
  }
  return short;
}

function partsOf(name: string): readonly string[] {
  if (isInputName(name)) return name.slice(INPUT.length).split(".");
  throw new BsmountError(
    "usage",
    `${JSON.stringify(name)} is no input of an app: its name must begin with ${INPUT}`,
  );
}
