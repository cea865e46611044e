import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { SingleFlight } from "../../src/core/single-flight.ts";

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe("SingleFlight", () => {
  it("shares one piece of work among concurrent callers", async () => {
    const flights = new SingleFlight<string, number>();
    const { promise, resolve } = deferred<number>();
    let started = 0;
    const work = async (): Promise<number> => {
      started += 1;
      return await promise;
    };
    const both = [flights.run("a", neverAborted, work), flights.run("a", neverAborted, work)];
    resolve(7);
    expect(await Promise.all(both)).toEqual([7, 7]);
    expect(started).toBe(1);
    expect(await flights.run("a", neverAborted, async () => 8)).toBe(8);
  });

  it("continues when the first of two callers cancels", async () => {
    const flights = new SingleFlight<string, number>();
    const { promise, resolve } = deferred<number>();
    const first = new AbortController();
    const given = flights.run("a", first.signal, async () => await promise);
    const kept = flights.run("a", neverAborted, async () => 0);
    first.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    resolve(1);
    expect(await kept).toBe(1);
  });

  it("aborts the work when its last caller gives up, and starts again for the next", async () => {
    const flights = new SingleFlight<string, number>();
    const only = new AbortController();
    let seen: AbortSignal | undefined;
    const given = flights.run("a", only.signal, async (signal) => {
      seen = signal;
      return await new Promise<number>(() => {});
    });
    only.abort(new Error("enough"));
    await expect(given).rejects.toThrow("enough");
    expect(seen?.aborted).toBe(true);
    expect(await flights.run("a", neverAborted, async () => 2)).toBe(2);
  });

  it("keeps no failure", async () => {
    const flights = new SingleFlight<string, number>();
    const failing = flights.run(
      "a",
      neverAborted,
      async () => await Promise.reject(new Error("no")),
    );
    await expect(failing).rejects.toThrow("no");
    expect(await flights.run("a", neverAborted, async () => 3)).toBe(3);
  });
});
