import { parseArgs } from "node:util";
import { parseSize } from "../../src/core/units.ts";

export type Transport = "http" | "tls";

export interface BenchOptions {
  readonly benchmark: string;
  readonly sizeBytes: number;
  readonly rounds: number;
  readonly transports: readonly Transport[];
  /** Names of contestants, or parts of them; none means all. */
  readonly only: readonly string[];
  /** Bytes per second and connection, as nginx writes them. */
  readonly limitRate?: string;
}

export const usage = `npm run bench -- read [options]

  --size SIZE        bytes to read (1GiB)
  --rounds N         rounds after the warm-up (5)
  --transport LIST   http,tls
  --only LIST        contestants: bsmount,rclone,raw
  --limit-rate RATE  per connection, such as 30m`;

export function parseOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      size: { type: "string", default: "1GiB" },
      rounds: { type: "string", default: "5" },
      transport: { type: "string", default: "http,tls" },
      only: { type: "string", default: "" },
      "limit-rate": { type: "string" },
    },
  });
  const [benchmark = "read", ...rest] = positionals;
  const transports = values.transport.split(",");
  if (benchmark !== "read" || rest.length > 0 || !transports.every(isTransport)) {
    throw new Error(usage);
  }
  const limitRate = values["limit-rate"];
  return {
    benchmark,
    sizeBytes: parseSize(values.size),
    rounds: Number(values.rounds),
    transports: transports.filter(isTransport),
    only: values.only.split(",").filter((name) => name !== ""),
    ...(limitRate === undefined ? {} : { limitRate }),
  };
}

function isTransport(name: string): name is Transport {
  return name === "http" || name === "tls";
}
