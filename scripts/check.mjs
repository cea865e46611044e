/**
 * `npm run check`: form, all of it, two steps at a time. Each step's output is shown whole when it ends,
 * and the exit code tells whether all were clean.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

const steps = ["format:check", "lint", "types", "layers", "words", "docs:check", "unused"];
let failed = 0;

async function runStep(name) {
  const begun = performance.now();
  const child = spawn("npm", ["run", "--silent", name], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(`${name.padEnd(13)} ${code === 0 ? "ok" : "FAILED"}  ${seconds} s\n`);
  if (code === 0) return;
  failed += 1;
  process.stdout.write(`${output.trimEnd()}\n`);
}

async function work() {
  for (let name = steps.shift(); name !== undefined; name = steps.shift()) await runStep(name);
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work));
process.exitCode = failed === 0 ? 0 : 1;
