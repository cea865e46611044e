import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

import { modules, pathsBelow } from "../../scripts/mutate/modules.ts";
import type { Equivalent, Fate, Mutant } from "../../scripts/mutate/mutant.ts";
import { parseOptions } from "../../scripts/mutate/options.ts";
import { judge, type Outcome, renderOutcome, scoreOf } from "../../scripts/mutate/report.ts";

const LINE = "  return a > b;";

function mutant(fate: Fate, replacement = "a >= b"): Mutant {
  const location = { file: "src/x.ts", line: 3, column: 10, mutator: "EqualityOperator" };
  return { id: "1", ...location, original: "a > b", replacement, fate };
}

function entry(changes: Partial<Equivalent> = {}): Equivalent {
  const location = { file: "src/x.ts", original: "a > b", within: "return a > b;" };
  return { ...location, replacement: "a >= b", reason: "a is never b", ...changes };
}

function judged(fates: readonly Fate[], list: readonly Equivalent[] = []): Outcome {
  const mutants = fates.map((fate) => mutant(fate));
  return judge("m", mutants, list, () => LINE);
}

test("the score is the share of noticed mutants among those that ran", () => {
  const outcome = judged(["killed", "killed", "timed-out", "survived", "no-coverage", "invalid"]);
  expect(scoreOf(outcome)).toBe(60);
  expect(scoreOf(judged([]))).toBe(100);
});

test("a mutant that lives and is equivalent does not count", () => {
  expect(judged(["killed", "survived"], [entry()])).toMatchObject({ equivalent: 1, stale: [] });
  expect(scoreOf(judged(["killed", "survived"], [entry()]))).toBe(100);
});

test.each([{ file: "src/y.ts" }, { original: "a" }, { replacement: "true" }, { within: "a > b" }])(
  "an entry for another mutant explains nothing: %j",
  (changes) => {
    expect(judged(["survived"], [entry(changes)])).toMatchObject({ equivalent: 0 });
  },
);

test("an entry that matches nothing any more is reported, if its file was mutated", () => {
  const other = entry({ file: "src/other.ts" });
  const outcome = judged(["killed"], [entry(), other]);
  expect(outcome).toMatchObject({ equivalent: 0, stale: [entry()] });
  expect(renderOutcome(outcome)).toContain("src/x.ts: return a > b; → a >= b");
});

test("the report names each survivor with its location and its change", () => {
  const report = renderOutcome(judged(["killed", "survived", "no-coverage"]));
  expect(report).toContain("src/x.ts:3:10 EqualityOperator: a > b → a >= b\n");
  expect(report).toContain("a > b → a >= b (no test comes here)");
  expect(report).toMatch(
    /3 mutants, 0 equivalent[^]*killed +1\n[^]*survived +1\n[^]*score +33\.3 %/,
  );
});

test("options choose modules, files and how long to look", () => {
  const options = parseOptions(["read", "blocks", "--file", "demand", "--no-mount"]);
  expect(options.modules.map(([name]) => name)).toEqual(["read", "blocks"]);
  expect(options).toMatchObject({ files: ["demand"], slow: true, mount: false });
  expect(parseOptions(["read", "--quick"])).toMatchObject({ slow: false, mount: false });
  for (const wrong of [[], ["nothing"], ["read", "--concurrency", "0"]]) {
    expect(() => parseOptions(wrong)).toThrow(/npm run mutate -- MODULE/);
  }
});

test.each(Object.entries(modules))(
  "module %s has sources and tests of every kind it names",
  (_, module) => {
    expect(pathsBelow("src", module.files)).not.toEqual([]);
    expect(pathsBelow("test", module.tests)).not.toEqual([]);
    for (const path of [...module.slow, ...module.mount]) {
      expect(pathsBelow("test", [path]), path).not.toEqual([]);
    }
  },
);

test("every equivalent mutant is one of a line that there is, and has a reason", () => {
  const path = new URL("../../scripts/mutate/equivalent.json", import.meta.url);
  const list = JSON.parse(readFileSync(path, "utf8")) as Equivalent[];
  for (const { file, within, original, reason } of list) {
    const source = readFileSync(file, "utf8");
    expect(
      source.split("\n").map((line) => line.trim()),
      file,
    ).toContain(within);
    expect(source, file).toContain(original);
    expect(reason.length).toBeGreaterThan(10);
  }
});
