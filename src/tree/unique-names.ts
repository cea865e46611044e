import { nameWithId, plainName } from "./candidate-name.ts";
import { compareIds } from "../core/compare-ids.ts";

/*
 * BaseSpace lets many things in one place have the same name; a directory does not. Who gets the plain
 * name and who gets `name~<id>` depends on nothing but the set of (name, DateCreated, Id), so that every
 * mount on every day shows the same.
 *
 * Entities: the oldest keeps the name, and so does every name that is in use when something new comes. So
 * names are given in order of (DateCreated, Id), each the first that is still free.
 *
 * Files: the newest version has the plain name, for that is what overwriting means, and a folder has it
 * before any file. Names with an Id come after all plain ones: a file shows under its own path whenever
 * it is the newest there.
 */

export interface Nameable {
  readonly name: string;
  readonly id: string;
  readonly dateCreatedMs: number;
}

const NONE_RESERVED: ReadonlySet<string> = new Set();

/** Names for entities of one directory; `reserved` are names that the directory itself needs. */
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

/** Gives each plain name that is free to the newest of its claimants; answers with who got none. */
function assignPlainNames<T extends Nameable>(
  entries: readonly T[],
  named: Map<string, Nameable>,
): T[] {
  const winners = new Map<string, T>();
  const losers: T[] = [];
  for (const entry of entries) {
    const plain = plainName(entry.name);
    const rival = plain === undefined ? undefined : winners.get(plain);
    const loses =
      plain === undefined ||
      named.has(plain) ||
      (rival !== undefined && olderFirst(entry, rival) < 0);
    if (loses) {
      losers.push(entry);
      continue;
    }
    if (rival !== undefined) losers.push(rival);
    winners.set(plain, entry);
  }
  for (const [name, entry] of winners) named.set(name, entry);
  return losers;
}

/** Gives out names with Ids. */
class IdNames {
  readonly #isFree: (name: string) => boolean;
  /** By the first of several such names, how many were tried: a list may repeat an Id as often as it likes. */
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
