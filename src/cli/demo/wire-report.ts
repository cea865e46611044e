import type { MetricsSnapshot } from "../../metrics/metrics.ts";
import { formatBytes } from "../../core/units.ts";
import { table } from "../output.ts";

/** Requests, bytes and cache hits of the demo, as aligned lines. */
export function wireReport(metrics: MetricsSnapshot): readonly string[] {
  const { hit, miss, shared, prefetch } = metrics.blocks;
  const asked = hit + miss + shared;
  const share = asked === 0 ? "–" : `${Math.round((100 * hit) / asked)} %`;
  return table(
    [
      ["BaseSpace API", `${metrics.apiRequests} requests`, formatBytes(metrics.apiBytes)],
      ["object store", `${metrics.storeRequests} ranges`, formatBytes(metrics.storeBytes)],
      ["uploaded", "", formatBytes(metrics.sentBytes)],
      ["read by tools", `${metrics.operations} operations`, formatBytes(metrics.readBytes)],
      ["block cache", `${hit} hits of ${asked}`, share],
      ["read ahead", `${prefetch} blocks`, ""],
    ],
    new Set([1, 2]),
  );
}
