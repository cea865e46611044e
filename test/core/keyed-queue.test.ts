import { expect, test } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { KeyedQueue } from "../../src/core/keyed-queue.ts";

/** Work that ends when `end` is called. */
function openEnded(): { readonly work: () => Promise<void>; readonly end: () => void } {
  let end = (): void => {};
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: async () => await done, end };
}

test("work waits for earlier work with the same key, and not for that with another", async () => {
  const queue = new KeyedQueue();
  const order: string[] = [];
  const first = openEnded();
  const one = queue.run("a", neverAborted, first.work).then(() => order.push("one"));
  const two = queue.run("a", neverAborted, async () => void order.push("two"));
  await queue.run("b", neverAborted, async () => void order.push("other"));
  expect(order).toEqual(["other"]);
  first.end();
  await Promise.all([one, two]);
  expect(order.toSorted()).toEqual(["one", "other", "two"]);
  expect(order[0]).toBe("other");
});

test("an aborted turn does not let others overtake the one before it", async () => {
  const queue = new KeyedQueue();
  const order: string[] = [];
  const first = openEnded();
  const one = queue.run("a", neverAborted, async () => {
    await first.work();
    order.push("one");
  });
  const aborted = new AbortController();
  const two = queue.run("a", aborted.signal, async () => void order.push("two"));
  const three = queue.run("a", neverAborted, async () => void order.push("three"));
  aborted.abort(new Error("enough"));
  await expect(two).rejects.toThrow("enough");
  expect(order).toEqual([]);
  first.end();
  await Promise.all([one, three]);
  expect(order).toEqual(["one", "three"]);
});

test("failing work does not affect later work", async () => {
  const queue = new KeyedQueue();
  const failing = queue.run("a", neverAborted, async () => await Promise.reject(new Error("no")));
  const next = queue.run("a", neverAborted, async () => "done");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("done");
});
