/**
 * Runs the layer rules of .dependency-cruiser.mjs over src/ and fails when the checker read fewer
 * modules than there are: a checker that reads nothing also reports nothing.
 */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";

const existing = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);

let output;
try {
  output = execFileSync(
    "node_modules/.bin/depcruise",
    ["src", "--config", ".dependency-cruiser.mjs", "--output-type", "json"],
    { encoding: "utf8", maxBuffer: 256 * 1024 * 1024, stdio: ["ignore", "pipe", "inherit"] },
  );
} catch (error) {
  if (!error.stdout) throw error;
  output = error.stdout;
}

const { modules, summary } = JSON.parse(output);
const read = modules.filter((module) => module.source.startsWith("src/")).length;
for (const { rule, from, to } of summary.violations) {
  process.stdout.write(`${rule.severity}  ${rule.name}: ${from} → ${to}\n`);
}
process.stdout.write(
  `layers: ${read} of ${existing.length} modules read, ${summary.totalDependenciesCruised} imports, ` +
    `${summary.violations.length} violations\n`,
);
if (read < existing.length || summary.violations.length > 0) process.exit(1);
