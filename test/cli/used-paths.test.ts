import { describe, expect, it } from "vitest";
import { UsedPaths } from "../../src/cli/copy/used-paths.ts";

const BOTH = { sources: ["a/.", "b/."] };

describe("the paths that several sources have in common", () => {
  it("take one file, or one folder of each source", () => {
    const used = new UsedPaths(BOTH);
    used.take("folder", "t/x", "a/./x");
    used.take("folder", "t/x", "b/./x");
    used.take("file", "t/x/f", "a/./x/f");
    expect(() => used.take("file", "t/x/f", "b/./x/f")).toThrow(
      /^b\/\.\/x\/f is not copied: another source already has a file for t\/x\/f$/,
    );
    expect(() => used.take("folder", "t/x/f", "b/./x/f")).toThrow(/already has a file for/);
    expect(() => used.take("file", "t/x", "b/./x")).toThrow(/already has a folder for/);
  });

  it("are remembered up to a bound, beyond which copies are refused", () => {
    const used = new UsedPaths(BOTH, 2);
    used.take("file", "t/1", "a/./1");
    used.take("file", "t/2", "a/./2");
    expect(() => used.take("file", "t/3", "a/./3")).toThrow(/too many files/);
  });

  it.each([{ sources: ["a/."] }, { sources: ["a", "b"] }])(
    "are not remembered for %j, which have none",
    (plan) => {
      const used = new UsedPaths(plan, 0);
      used.take("file", "t/1", "a/1");
      expect(() => used.take("file", "t/1", "a/1")).not.toThrow();
    },
  );
});
