import { parseArgs } from "node:util";
import { parseSize } from "../../src/core/units.ts";

export type Transport = "http" | "tls";

export interface ReadOptions {
  readonly benchmark: "read";
  readonly sizeBytes: number;
  readonly rounds: number;
  readonly transports: readonly Transport[];
  /** Names of contestants, or parts of them; none means all. */
  readonly only: readonly string[];
  /** Bytes per second and connection, as nginx writes them. */
  readonly limitRate?: string;
}

export interface WriteOptions {
  readonly benchmark: "write";
  /** Of the large file. */
  readonly sizeBytes: number;
  readonly rounds: number;
  readonly fileCount: number;
  /** Of each of the small files. */
  readonly fileBytes: number;
  /** Names of workloads; none means all. */
  readonly only: readonly string[];
}

export interface BusyOptions extends Omit<WriteOptions, "benchmark" | "sizeBytes"> {
  readonly benchmark: "busy";
  /** How many processes a busy machine has besides. */
  readonly processes: number;
}

export const usage = `npm run bench -- read [options]

  --size SIZE        bytes to read (1GiB)
  --rounds N         rounds after the warm-up (5)
  --transport LIST   http,tls
  --only LIST        contestants: bsmount,rclone,raw
  --limit-rate RATE  per connection, such as 30m

npm run bench -- write [options]

  --size SIZE        of the large file (1GiB)
  --files N          how many small files (1000)
  --file-size SIZE   of each of them (10KiB)
  --rounds N         rounds after the warm-up (5)
  --only LIST        workloads: large,parallel,recursive

npm run bench -- busy [options], as root

  --processes N      that do nothing (1000)
  --files N          how many small files (500)
  --file-size SIZE   of each of them (50KiB)
  --rounds N         rounds after the warm-up (5)
  --only LIST        workloads: recursive,each

npm run bench -- transfers
npm run bench -- range-worker`;

const flags = {
  size: { type: "string", default: "1GiB" },
  rounds: { type: "string", default: "5" },
  only: { type: "string", default: "" },
  transport: { type: "string" },
  "limit-rate": { type: "string" },
  files: { type: "string" },
  "file-size": { type: "string" },
  processes: { type: "string", default: "1000" },
} as const;

/** @throws Error with the usage for a benchmark or transport that there is not */
export function parseOptions(args: readonly string[]): ReadOptions | WriteOptions | BusyOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: flags,
  });
  const [benchmark = "read", ...rest] = positionals;
  if (rest.length > 0) throw new Error(usage);
  const common = {
    sizeBytes: parseSize(values.size),
    rounds: Number(values.rounds),
    only: values.only.split(",").filter((name) => name !== ""),
  };
  if (benchmark === "write" || benchmark === "busy") {
    const [count, size] = benchmark === "write" ? ["1000", "10KiB"] : ["500", "50KiB"];
    const { files = count, "file-size": fileSize = size } = values;
    const sizes = { fileCount: Number(files), fileBytes: parseSize(fileSize) };
    if (benchmark === "write") return { benchmark, ...common, ...sizes };
    return { benchmark, ...common, ...sizes, processes: Number(values.processes) };
  }
  return readOptions(benchmark, common, values);
}

function readOptions(
  benchmark: string,
  common: Pick<ReadOptions, "sizeBytes" | "rounds" | "only">,
  values: { readonly transport?: string | undefined; readonly "limit-rate"?: string | undefined },
): ReadOptions {
  const transports = (values.transport ?? "http,tls").split(",");
  if (benchmark !== "read" || !transports.every(isTransport)) throw new Error(usage);
  const limitRate = values["limit-rate"];
  return { benchmark, ...common, transports, ...(limitRate === undefined ? {} : { limitRate }) };
}

function isTransport(name: string): name is Transport {
  return name === "http" || name === "tls";
}
