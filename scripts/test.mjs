/**
 * What `npm test` runs when everything is installed: all tests, those without a kernel and those on real
 * mounts, and then one closing line that counts them. Arguments go to vitest; without one that names a
 * project, those that take many minutes (`npm run test:long`) are left out.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { readReport, renderSummary, summarise } from "./test-summary.mjs";

const vitest = join(
  dirname(createRequire(import.meta.url).resolve("vitest/package.json")),
  "vitest.mjs",
);
const given = process.argv.slice(2);
const projects = given.some((argument) => argument.startsWith("--project"))
  ? []
  : ["--project=!long"];
const folder = mkdtempSync(join(tmpdir(), "bsmount-tests-"));
const reportFile = join(folder, "report.json");

const child = spawn(
  process.execPath,
  [
    vitest,
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
    ...projects,
    ...given,
  ],
  { stdio: "inherit" },
);
// Ctrl-C reaches vitest too, which then ends its mounts; this waits for it.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));

const [code, signal] = await once(child, "close");
const exitCode = code ?? `signal ${signal}`;
const summary = summarise(readReport(reportFile), exitCode);
rmSync(folder, { recursive: true, force: true });
for (const note of summary.notes) console.log(note);
console.log(renderSummary(summary));
process.exitCode = summary.failed === 0 ? 0 : 1;
