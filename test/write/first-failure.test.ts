import { expect, test } from "vitest";
import { FirstFailure } from "../../src/write/first-failure.ts";

const fails = (what: unknown) => async (): Promise<never> => {
  throw what;
};

test("a change that works is no failure, and its result is returned", async () => {
  const failure = new FirstFailure();
  expect(await failure.guard(async () => 7)).toBe(7);
  failure.check();
  expect(failure.error).toBeUndefined();
});

test("the first failure is what everything afterwards fails with, and nothing is tried", async () => {
  const failure = new FirstFailure();
  const [first, second] = [new Error("first"), new Error("second")];
  // Two that are under way at once.
  const both = await Promise.allSettled([
    failure.guard(fails(first)),
    failure.guard(fails(second)),
  ]);
  expect(both).toMatchObject([{ reason: first }, { reason: second }]);
  expect(failure.error).toBe(first);
  expect(() => failure.check()).toThrow(first);
  let tried = 0;
  await expect(failure.guard(async () => (tried += 1))).rejects.toBe(first);
  expect(tried).toBe(0);
  failure.clear();
  failure.check();
  expect(await failure.guard(async () => (tried += 1))).toBe(1);
});

test("what is thrown and is no error becomes one", async () => {
  const failure = new FirstFailure();
  await expect(failure.guard(fails("text"))).rejects.toBe("text");
  expect(failure.error).toEqual(new Error("text"));
});
