/**
 * Benchmarks against a control and a peer in the same run: `npm run bench -- read`. Machines are noisy,
 * so contestants alternate, and only ratios taken within a round are worth comparing.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseOptions } from "./options.ts";
import { describeMachine, renderTable } from "./report.ts";
import { benchSequentialRead } from "./sequential-read.ts";
import { benchTransfers } from "./transfers/bench-transfers.ts";

const results = fileURLToPath(new URL("results/", import.meta.url));

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const interrupted = new AbortController();
  // Ctrl-C comes twice, from the terminal and passed on by tsx; the second must not end this half-way.
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => interrupted.abort(new Error(`ended by ${name}`)));
  }
  await mkdir(results, { recursive: true });
  for (const transport of options.transports) {
    const outcome = await benchSequentialRead(options, transport, interrupted.signal);
    console.log(renderTable(outcome));
    const content = { date: new Date().toISOString(), machine: describeMachine(), ...outcome };
    await writeFile(`${results}${outcome.name}.json`, `${JSON.stringify(content, null, 2)}\n`);
  }
}

try {
  if (process.argv[2] === "transfers") await benchTransfers();
  else await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
