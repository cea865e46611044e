/** Returns the cached list of one order, or the result of `sort`, which it then caches. `order` names the order. */
export type SortCache<Item> = (order: string, sort: () => readonly Item[]) => readonly Item[];

/**
 * Caches lists that were sorted for one page, for the other pages. A list is cached as long as the version object
 * that it was made from exists; a change of its parent makes a new version object. So the cache is bounded by the
 * number of unchanged parents, times the few orders that a list can have.
 */
export class SortedListCache<Item> {
  readonly #byVersion = new WeakMap<object, Map<string, readonly Item[]>>();

  forVersion(version: object): SortCache<Item> {
    const lists = this.#byVersion.get(version) ?? new Map<string, readonly Item[]>();
    this.#byVersion.set(version, lists);
    return (order, sort) => {
      const list = lists.get(order) ?? sort();
      lists.set(order, list);
      return list;
    };
  }
}
