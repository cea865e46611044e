/**
 * Benchmarks against a control and a peer in the same run: `npm run bench -- read`, `write` or `busy`. Machines
 * are noisy, so contestants alternate, and only ratios taken within a round are worth comparing.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BusyOptions, parseOptions, type ReadOptions, type WriteOptions } from "./options.ts";
import { describeMachine, renderTable } from "./report.ts";
import { benchSequentialRead } from "./sequential-read.ts";
import { benchRangeWorker } from "./range-worker/bench-range-worker.ts";
import { benchTransfers } from "./transfers/bench-transfers.ts";
import { benchBusy, renderBusyTable } from "./writes/bench-busy.ts";
import { benchWrites } from "./writes/bench-writes.ts";
import { renderWriteTable } from "./writes/report.ts";
import { workloads } from "./writes/workload.ts";

const results = fileURLToPath(new URL("results/", import.meta.url));

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const interrupted = new AbortController();
  // Ctrl-C comes twice, from the terminal and passed on by tsx; the second must not end this half-way.
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => interrupted.abort(new Error(`ended by ${name}`)));
  }
  await mkdir(results, { recursive: true });
  if (options.benchmark === "read") await benchReads(options, interrupted.signal);
  else if (options.benchmark === "busy") await benchBusyMachine(options, interrupted.signal);
  else await benchAllWrites(options, interrupted.signal);
}

async function benchReads(options: ReadOptions, signal: AbortSignal): Promise<void> {
  for (const transport of options.transports) {
    const outcome = await benchSequentialRead(options, transport, signal);
    console.log(renderTable(outcome));
    await keep(outcome);
  }
}

async function benchAllWrites(options: WriteOptions, signal: AbortSignal): Promise<void> {
  const { only } = options;
  for (const workload of workloads(options)) {
    if (only.length > 0 && !only.includes(workload.name)) continue;
    const outcome = await benchWrites(options, workload, signal);
    console.log(renderWriteTable(outcome));
    await keep(outcome);
  }
}

async function benchBusyMachine(options: BusyOptions, signal: AbortSignal): Promise<void> {
  await benchBusy(options, signal, async (outcome) => {
    console.log(renderBusyTable(outcome));
    await keep(outcome);
  });
}

async function keep(outcome: { readonly name: string }): Promise<void> {
  const content = { date: new Date().toISOString(), machine: describeMachine(), ...outcome };
  await writeFile(`${results}${outcome.name}.json`, `${JSON.stringify(content, null, 2)}\n`);
}

try {
  if (process.argv[2] === "transfers") await benchTransfers();
  else if (process.argv[2] === "range-worker") await benchRangeWorker();
  else await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
