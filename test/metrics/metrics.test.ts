import { expect, test } from "vitest";
import * as telemetry from "../../src/core/telemetry.ts";
import { MetricsCollector } from "../../src/metrics/metrics.ts";

function tell(): void {
  telemetry.blocks.publish({ outcome: "hit", blocks: 2 });
  telemetry.blocks.publish({ outcome: "prefetch", blocks: 32 });
  telemetry.operations.publish({ operation: "read", errno: 0, durationMs: 2, bytes: 1000 });
  telemetry.operations.publish({ operation: "read", errno: 5, durationMs: 2, bytes: 0 });
  telemetry.listings.publish({ outcome: "miss", collection: "projects" });
}

test("adds up telemetry, however often it is read", async () => {
  using metrics = new MetricsCollector();
  tell();
  tell();
  const first = await metrics.snapshot();
  expect(first).toMatchObject({
    operations: 4,
    readBytes: 2000,
    blocks: { hit: 4, prefetch: 64, miss: 0, shared: 0, wasted: 0 },
    listings: { hit: 0, miss: 2, shared: 0 },
  });
  expect(await metrics.snapshot()).toEqual(first);
  tell();
  expect(await metrics.snapshot()).toMatchObject({ operations: 6, readBytes: 3000 });
});

test("shows the same totals to Prometheus", async () => {
  using metrics = new MetricsCollector();
  tell();
  await metrics.snapshot();
  tell();
  const text = await metrics.prometheus();
  expect(text).toContain('bsmount_operations_total{operation="read",errno="0"} 2');
  expect(text).toContain('bsmount_operations_total{operation="read",errno="5"} 2');
  expect(text).toContain('bsmount_blocks_total{outcome="hit"} 4');
  expect(text).toContain("bsmount_read_bytes_total 2000");
  expect(text).toContain('bsmount_operation_seconds_count{operation="read"} 4');
});

test("hears nothing any more once it is disposed", async () => {
  const metrics = new MetricsCollector();
  metrics[Symbol.dispose]();
  tell();
  expect(await metrics.snapshot()).toMatchObject({ operations: 0, readBytes: 0 });
});
