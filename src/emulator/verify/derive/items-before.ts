import { BsmountError } from "../../../core/errors.ts";
import { type Facts, isObject } from "./facts.ts";

/** No more elements than this are made for all recordings of a folder, nor more characters of JSON. */
const MOST_FILLERS = 20_000;
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** Keys by which lists are sorted. */
const NAME_KEYS: ReadonlySet<string> = new Set(["Name", "BioSampleName", "ExperimentName", "Path"]);
const DATE_KEYS: ReadonlySet<string> = new Set(["DateCreated", "DateModified", "ModifiedOn"]);

/** Assigns Ids that sort before all others, or after them where a list is descending. */
export class FillerIds {
  #count = 0;
  #characters = 0;

  /** @throws BsmountError `usage` if there would be too many */
  reserve(count: number, item: unknown): void {
    this.#characters += count * JSON.stringify(item).length;
    if (this.#count + count <= MOST_FILLERS && this.#characters <= MOST_CHARACTERS) return;
    throw new BsmountError(
      "usage",
      `the recorded lists begin after too many elements: at most ${MOST_FILLERS} can be made`,
      { remedy: "describe the account with --catalog" },
    );
  }

  next(isDescending: boolean, isDataset: boolean): string {
    this.#count += 1;
    if (isDataset) {
      return `ds.${isDescending ? "f" : "0"}${this.#count.toString(16).padStart(31, "0")}`;
    }
    return String(isDescending ? 900_000_000_000_000_000n + BigInt(this.#count) : this.#count);
  }
}

/**
 * Returns the body of a list that does not begin at the first element with copies of its first element in front, as
 * many as the recording says there were, so that the same request to the emulator finds the recorded elements. The
 * copies sort before all others and pass the same filters.
 */
export function withItemsBefore(body: unknown, ids: FillerIds): unknown {
  if (!isObject(body)) return body;
  if (isObject(body["Response"])) {
    return { ...body, Response: withCopies(body["Response"], body["Response"], ids) };
  }
  return isObject(body["Paging"]) ? withCopies(body, body["Paging"], ids) : body;
}

function withCopies(list: Facts, paging: Facts, ids: FillerIds): Facts {
  const { Items: items } = list;
  const { Offset: offset, SortDir: direction } = paging;
  const first: unknown = Array.isArray(items) ? items[0] : undefined;
  if (!Array.isArray(items) || !hasId(first)) return list;
  const { Id: from } = first;
  const count = Number.isSafeInteger(offset) ? Math.max(0, Number(offset)) : 0;
  ids.reserve(count, first);
  const isDescending = direction === "Desc";
  const copies = Array.from({ length: count }, () => {
    const id = ids.next(isDescending, from.startsWith("ds."));
    return sortedFirst(copyOf(first, from, id) as Facts, isDescending);
  });
  return { ...list, Items: [...copies, ...items] };
}

/** A copy of a JSON value that has another Id wherever the original has `from`, also in its Hrefs. */
function copyOf(value: unknown, from: string, id: string): unknown {
  if (Array.isArray(value)) return value.map((element) => copyOf(element, from, id));
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, copyOf(each, from, id)]),
    );
  }
  if (typeof value !== "string") return value;
  if (value === from) return id;
  return value
    .split("/")
    .map((segment) => (segment === from ? id : segment))
    .join("/");
}

function sortedFirst(item: Facts, isDescending: boolean): Facts {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => {
      if (NAME_KEYS.has(key)) return [key, `${isDescending ? "~" : "!"}${String(value)}`];
      if (!DATE_KEYS.has(key)) return [key, value];
      return [key, `${isDescending ? "9998" : "0002"}-01-01T00:00:00.0000000Z`];
    }),
  );
}

function hasId(value: unknown): value is Facts & { readonly Id: string } {
  return isObject(value) && typeof value["Id"] === "string";
}
