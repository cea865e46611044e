import { Counter, Histogram, type Registry } from "prom-client";

/** All metrics. */
export interface Instruments {
  readonly requests: Counter<"target" | "status">;
  readonly receivedBytes: Counter<"target">;
  readonly sentBytes: Counter<"target">;
  readonly blocks: Counter<"outcome">;
  readonly listings: Counter<"outcome">;
  readonly operations: Counter<"operation" | "errno">;
  readonly readBytes: Counter;
  readonly operationSeconds: Histogram<"operation">;
}

export function defineInstruments(registry: Registry): Instruments {
  const registers = [registry];
  const counter = <Label extends string>(
    name: string,
    help: string,
    ...labelNames: Label[]
  ): Counter<Label> => new Counter({ name: `bsmount_${name}`, help, labelNames, registers });
  return {
    requests: counter(
      "http_requests_total",
      "HTTP attempts; status 0: no response",
      "target",
      "status",
    ),
    receivedBytes: counter("http_received_bytes_total", "Body bytes received", "target"),
    sentBytes: counter("http_sent_bytes_total", "Body bytes sent", "target"),
    blocks: counter("blocks_total", "Cache blocks: hit, miss, shared, prefetch, wasted", "outcome"),
    listings: counter("listings_total", "Listings requested: hit, miss, shared", "outcome"),
    operations: counter("operations_total", "Filesystem operations", "operation", "errno"),
    readBytes: counter("read_bytes_total", "Bytes returned to the kernel"),
    operationSeconds: new Histogram({
      name: "bsmount_operation_seconds",
      help: "Time from the kernel's request to the reply",
      labelNames: ["operation"],
      buckets: [0.0001, 0.001, 0.01, 0.1, 1, 10, 60],
      registers,
    }),
  };
}
