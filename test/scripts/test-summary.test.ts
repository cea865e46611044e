import { expect, test } from "vitest";

interface Summary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notes: readonly string[];
}

// Scripts that run before anything is installed are plain JavaScript, without types.
const path = new URL("../../scripts/test-summary.mjs", import.meta.url).href;
const { summarise, renderSummary } = (await import(path)) as {
  summarise: (report: object | undefined, exitCode: number | string) => Summary;
  renderSummary: (summary: Summary) => string;
};

function file(status: string, ...tests: string[]): object {
  return { name: "a.test.ts", status, assertionResults: tests.map((test) => ({ status: test })) };
}

function close(report: object | undefined, exitCode: number | string): string {
  return renderSummary(summarise(report, exitCode));
}

test("tests of all files are counted together", () => {
  const testResults = [
    file("passed", "passed", "skipped"),
    file("failed", "passed", "failed", "todo"),
  ];
  expect(close({ testResults }, 1)).toBe("2 passed, 1 failed, 2 skipped");
});

test("a file that could not be loaded is a failure", () => {
  const testResults = [file("passed", "passed"), file("failed")];
  expect(close({ testResults }, 1)).toBe("1 passed, 1 failed, 0 skipped");
});

test("a run that fails although its tests pass is a failure", () => {
  expect(close({ testResults: [file("passed", "passed")] }, 1)).toBe(
    "1 passed, 1 failed, 0 skipped",
  );
});

test("a run without a report is a failure that says so", () => {
  const summary = summarise(undefined, "signal SIGKILL");
  expect(renderSummary(summary)).toBe("0 passed, 1 failed, 0 skipped");
  expect(summary.notes.join()).toContain("SIGKILL");
});

test("a green run is green", () => {
  expect(summarise({ testResults: [file("passed", "passed")] }, 0)).toEqual({
    passed: 1,
    failed: 0,
    skipped: 0,
    notes: [],
  });
});
