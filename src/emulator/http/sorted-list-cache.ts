/** Answers a sorted list from memory, or sorts it now; `order` tells one way of sorting from another. */
export type KeepSorted<Item> = (order: string, sort: () => readonly Item[]) => readonly Item[];

/**
 * Lists that were sorted for one page and serve the others. Each lives as long as the version of what it
 * was made from: a change of its parent brings another version, and with the old one the list is gone. So
 * there are never more of them than unchanged parents, times the few orders that a list can have.
 */
export class SortedLists<Item> {
  readonly #byVersion = new WeakMap<object, Map<string, readonly Item[]>>();

  of(version: object): KeepSorted<Item> {
    const lists = this.#byVersion.get(version) ?? new Map<string, readonly Item[]>();
    this.#byVersion.set(version, lists);
    return (order, sort) => {
      const list = lists.get(order) ?? sort();
      lists.set(order, list);
      return list;
    };
  }
}
