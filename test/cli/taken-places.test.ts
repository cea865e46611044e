import { describe, expect, it } from "vitest";
import { TakenPlaces } from "../../src/cli/copy/taken-places.ts";

const BOTH = { sources: ["a/.", "b/."] };

describe("the places that several sources share", () => {
  it("take one file, or one folder from each of them", () => {
    const taken = new TakenPlaces(BOTH);
    taken.take("folder", "t/x", "a/./x");
    taken.take("folder", "t/x", "b/./x");
    taken.take("file", "t/x/f", "a/./x/f");
    expect(() => taken.take("file", "t/x/f", "b/./x/f")).toThrow(
      /^b\/\.\/x\/f is not copied: another source has a file for t\/x\/f$/,
    );
    expect(() => taken.take("folder", "t/x/f", "b/./x/f")).toThrow(/has a file for/);
    expect(() => taken.take("file", "t/x", "b/./x")).toThrow(/has a folder for/);
  });

  it("are remembered up to a bound, and what is above it is refused", () => {
    const taken = new TakenPlaces(BOTH, 2);
    taken.take("file", "t/1", "a/./1");
    taken.take("file", "t/2", "a/./2");
    expect(() => taken.take("file", "t/3", "a/./3")).toThrow(/too many files/);
  });

  it.each([{ sources: ["a/."] }, { sources: ["a", "b"] }])(
    "are not remembered for %j, which share none",
    (plan) => {
      const taken = new TakenPlaces(plan, 0);
      taken.take("file", "t/1", "a/1");
      expect(() => taken.take("file", "t/1", "a/1")).not.toThrow();
    },
  );
});
