import { readFileSync } from "node:fs";

/** vitest's JSON report, or undefined when vitest ended before it wrote one. */
export function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Counts the tests of a report. A file that could not be loaded has no tests but counts as a failure,
 * and so does a run that failed for a reason that no test shows: a red run never looks green.
 */
export function summarise(report, exitCode) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const broken = files.filter(
    (file) => file.status === "failed" && !file.assertionResults.some(isFailed),
  );
  const counts = {
    passed: tests.filter((test) => test.status === "passed").length,
    failed: tests.filter(isFailed).length + broken.length,
    skipped: tests.filter((test) => test.status !== "passed" && !isFailed(test)).length,
  };
  const notes = broken.map((file) => `counted as one failure: ${file.name} could not be run`);
  if (report === undefined)
    notes.push(`counted as one failure: vitest wrote no report (${exitCode})`);
  else if (exitCode !== 0 && counts.failed === 0) {
    notes.push(`counted as one failure: vitest ended with ${exitCode} although no test failed`);
  } else return { ...counts, notes };
  return { ...counts, failed: counts.failed + 1, notes };
}

/** The closing line. */
export function renderSummary({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

function isFailed(test) {
  return test.status === "failed";
}
