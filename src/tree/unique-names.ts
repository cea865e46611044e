import { nameWithId, plainName } from "./candidate-name.ts";
import { compareIds } from "../core/compare-ids.ts";

/*
 * In BaseSpace several entities or files of one parent can have the same name; in a directory they cannot. Which one
 * gets the plain name and which ones get `name~<id>` depends only on the set of (name, DateCreated, Id), so that every
 * mount shows the same names at any time.
 *
 * Entities: the oldest one keeps the name, and a new entity never changes names that are in use. So names are assigned
 * in order of (DateCreated, Id), each time the first free one.
 *
 * Files: the newest version has the plain name, because that is the meaning of overwriting, unless a folder has that name.
 * Names with an Id are assigned after all plain ones, so that no such name takes the path of another file.
 */

export interface Nameable {
  readonly name: string;
  readonly id: string;
  readonly dateCreatedMs: number;
}

const NONE_RESERVED: ReadonlySet<string> = new Set();

/** Names for the entities of one directory; `reserved` are names that the directory uses itself. */
export function uniqueEntityNames<T extends Nameable>(
  entities: readonly T[],
  reserved: ReadonlySet<string> = NONE_RESERVED,
): Map<string, T> {
  const named = new Map<string, T>();
  const isFree = (name: string): boolean => !named.has(name) && !reserved.has(name);
  const withId = new IdNames(isFree);
  for (const entity of [...entities].sort(olderFirst)) {
    const plain = plainName(entity.name);
    const isPlain = plain !== undefined && isFree(plain);
    named.set(isPlain ? plain : withId.firstFree(entity), entity);
  }
  return named;
}

/** Names for the files and folders of one folder. */
export function uniqueFileNames<File extends Nameable, Folder extends Nameable>(
  files: readonly File[],
  folders: readonly Folder[],
): Map<string, File | Folder> {
  const named = new Map<string, File | Folder>();
  const newestFirst = (a: Nameable, b: Nameable): number => -olderFirst(a, b);
  const unnamed = [
    ...assignPlainNames(folders, named).sort(newestFirst),
    ...assignPlainNames(files, named).sort(newestFirst),
  ];
  const withId = new IdNames((name) => !named.has(name));
  for (const entry of unnamed) named.set(withId.firstFree(entry), entry);
  return named;
}

/** Assigns each free plain name to the newest entry that has it; returns the entries without a name. */
function assignPlainNames<T extends Nameable>(
  entries: readonly T[],
  named: Map<string, Nameable>,
): T[] {
  const newest = new Map<string, T>();
  const unnamed: T[] = [];
  for (const entry of entries) {
    const plain = plainName(entry.name);
    const rival = plain === undefined ? undefined : newest.get(plain);
    const isUnnamed =
      plain === undefined ||
      named.has(plain) ||
      (rival !== undefined && olderFirst(entry, rival) < 0);
    if (isUnnamed) {
      unnamed.push(entry);
      continue;
    }
    if (rival !== undefined) unnamed.push(rival);
    newest.set(plain, entry);
  }
  for (const [name, entry] of newest) named.set(name, entry);
  return unnamed;
}

/** Finds free names with Ids. */
class IdNames {
  readonly #isFree: (name: string) => boolean;
  /** The number of names tried, by the first of them: a hostile list may repeat one Id a hundred thousand times. */
  readonly #tried = new Map<string, number>();

  constructor(isFree: (name: string) => boolean) {
    this.#isFree = isFree;
  }

  firstFree({ name, id }: Nameable): string {
    const first = nameWithId(name, id, 1);
    let times = (this.#tried.get(first) ?? 0) + 1;
    while (!this.#isFree(nameWithId(name, id, times))) times += 1;
    this.#tried.set(first, times);
    return nameWithId(name, id, times);
  }
}

function olderFirst(a: Nameable, b: Nameable): number {
  return a.dateCreatedMs - b.dateCreatedMs || compareIds(a.id, b.id);
}
