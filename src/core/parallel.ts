/**
 * Runs `work` for each of `items`, at most `limit` at a time. The first failure aborts the others, and is thrown after
 * they end.
 */
export async function inParallel<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
  work: (item: Item, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const running = new Set<Promise<void>>();
  try {
    for await (const item of items) {
      both.throwIfAborted();
      const one = work(item, both)
        .catch((error: unknown) => failed.abort(error))
        .finally(() => running.delete(one));
      running.add(one);
      if (running.size >= limit) await Promise.race(running);
    }
    await Promise.all(running);
    both.throwIfAborted();
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    await Promise.all(running);
  }
}
