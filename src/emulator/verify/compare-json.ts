import { ABSENT, type Differences } from "./difference.ts";
import { EMPTY, textForm } from "./text-form.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Where a comparison has arrived. */
interface Position {
  /** `$.Response.Items[0]` */
  readonly path: string;
  /** Whether both values belong to the same entity, so that the emulator's can have all that was recorded. */
  readonly isSameEntity: boolean;
}

/** How two responses are compared. */
export interface ComparisonOptions {
  /**
   * Whether the emulator's account is not the recorded one, so that entities have other properties.
   * @default false
   */
  readonly isOtherAccount?: boolean;
}

/** Keys that the service omits where there is no value, which is so for one entity and not for another. */
const OPTIONAL: ReadonlySet<string> = new Set(["HomepageUri", "DatePublished"]);

/** Lists whose elements have names: only those with the same name are compared. */
const OF_PROPERTIES = /\.Properties\.Items$/;

/** No more keys than this are named for a difference in their order. */
const MOST_KEYS_NAMED = 6;

/** Compares keys, their order and JSON types; of values only the form of texts, see `text-form.ts`. */
export function compareJson(
  differences: Differences,
  recorded: unknown,
  own: unknown,
  options: ComparisonOptions = {},
): void {
  compareValues({ differences, ...options }, recorded, own, { path: "$", isSameEntity: true });
}

interface Comparison extends ComparisonOptions {
  readonly differences: Differences;
}

function compareValues(
  comparison: Comparison,
  recorded: unknown,
  own: unknown,
  at: Position,
): void {
  if (Array.isArray(recorded) && Array.isArray(own)) {
    compareLists(comparison, recorded, own, at);
  } else if (isObject(recorded) && isObject(own)) {
    compareObjects(comparison, recorded, own, at);
  } else {
    const [theirs, ours] = [formOf(recorded), formOf(own)];
    const isText = typeof recorded === "string" && typeof own === "string";
    if (theirs === ours || (isText && [theirs, ours].includes(EMPTY))) return;
    comparison.differences.add({ kind: "type", where: at.path, recorded: theirs, emulator: ours });
  }
}

function compareObjects(
  comparison: Comparison,
  recorded: JsonObject,
  own: JsonObject,
  { path, isSameEntity: before }: Position,
): void {
  const { differences } = comparison;
  const hasId = typeof recorded["Id"] === "string" || typeof own["Id"] === "string";
  const isSameEntity = hasId ? recorded["Id"] === own["Id"] : before;
  const isCompared = (key: string): boolean => isSameEntity || !OPTIONAL.has(key);
  const theirs = Object.keys(recorded).filter(isCompared);
  const ours = Object.keys(own).filter(isCompared);
  for (const key of theirs) {
    const where = pathOf(path, key);
    if (Object.hasOwn(own, key)) {
      compareValues(comparison, recorded[key], own[key], { path: where, isSameEntity });
    } else {
      differences.add({
        kind: "keys",
        where,
        recorded: formOf(recorded[key]),
        emulator: ABSENT,
      });
    }
  }
  for (const key of ours) {
    if (Object.hasOwn(recorded, key)) continue;
    const where = pathOf(path, key);
    differences.add({ kind: "keys", where, recorded: ABSENT, emulator: formOf(own[key]) });
  }
  compareOrder(differences, path, theirs, ours);
}

/** Compares the order of the keys that both have. */
function compareOrder(
  differences: Differences,
  path: string,
  recorded: readonly string[],
  own: readonly string[],
): void {
  const [theirNames, ourNames] = [new Set(recorded), new Set(own)];
  const theirs = recorded.filter((key) => ourNames.has(key));
  const ours = own.filter((key) => theirNames.has(key));
  const first = theirs.findIndex((key, index) => key !== ours[index]);
  if (first < 0) return;
  const named = (keys: readonly string[]): string =>
    keys
      .slice(first, first + MOST_KEYS_NAMED)
      .map(shortened)
      .join(", ");
  differences.add({
    kind: "order",
    where: path,
    recorded: `keys in the order ${named(theirs)}`,
    emulator: named(ours),
  });
}

/**
 * Compares each recorded element with the emulator's of the same Id or name, or else with the one at the same index,
 * or the first. How many there are is not compared, because lists of recordings may be cut; but whether there is any.
 */
function compareLists(
  comparison: Comparison,
  recorded: readonly unknown[],
  own: readonly unknown[],
  { path, isSameEntity }: Position,
): void {
  if (OF_PROPERTIES.test(path)) return compareProperties(comparison, recorded, own, path);
  if (isSameEntity && (recorded.length === 0) !== (own.length === 0)) {
    const [theirs, ours] = [lengthOf(recorded), lengthOf(own)];
    comparison.differences.add({ kind: "list", where: path, recorded: theirs, emulator: ours });
  }
  if (own.length === 0) return;
  const byId = elementsBy("Id", own);
  recorded.forEach((element, index) => {
    const counterpart = byId.get(keyOf("Id", element)) ?? own[index] ?? own[0];
    compareValues(comparison, element, counterpart, { path: `${path}[${index}]`, isSameEntity });
  });
}

/** The emulator can have more properties: it records the results of a session as some. */
function compareProperties(
  comparison: Comparison,
  recorded: readonly unknown[],
  own: readonly unknown[],
  path: string,
): void {
  const byName = elementsBy("Name", own);
  recorded.forEach((element, index) => {
    const at = { path: `${path}[${index}]`, isSameEntity: true };
    const counterpart = byName.get(keyOf("Name", element));
    if (counterpart === undefined && comparison.isOtherAccount === true) return;
    compareValues(comparison, element, counterpart, at);
  });
}

function elementsBy(key: string, list: readonly unknown[]): ReadonlyMap<unknown, unknown> {
  const elements = new Map(list.map((element) => [keyOf(key, element), element]));
  elements.delete(undefined);
  return elements;
}

function keyOf(key: string, element: unknown): unknown {
  return isObject(element) ? element[key] : undefined;
}

function lengthOf(list: readonly unknown[]): string {
  if (list.length === 0) return "no elements";
  return list.length === 1 ? "1 element" : `${list.length} elements`;
}

function formOf(value: unknown): string {
  if (value === undefined) return ABSENT;
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return typeof value === "string" ? textForm(value) : typeof value;
}

function pathOf(path: string, key: string): string {
  return /^\w{1,60}$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(shortened(key))}]`;
}

function shortened(key: string): string {
  return key.length <= 60 ? key : `${key.slice(0, 60)}…`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
