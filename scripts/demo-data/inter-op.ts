import type { TileCalls } from "./tile-calls.ts";

/*
 * The instrument's statistics in their binary format: one byte for the version, one byte for the record length, then
 * the records. They are computed from the calls, so that a reader of InterOp finds correct numbers.
 */

const CLUSTER_COUNT = 102;
const PASSING_COUNT = 103;
const QUALITIES = 50;

/** TileMetricsOut.bin, version 2: how many clusters each tile has, and how many passed. */
export function tileMetrics(tiles: readonly TileCalls[]): Buffer {
  const records = tiles.flatMap(({ lane, tile, cycles }) => {
    const clusters = cycles[0]?.length ?? 0;
    return [CLUSTER_COUNT, PASSING_COUNT].map((code) => {
      const record = Buffer.alloc(10);
      record.writeUInt16LE(lane, 0);
      record.writeUInt16LE(tile, 2);
      record.writeUInt16LE(code, 4);
      record.writeFloatLE(clusters, 6);
      return record;
    });
  });
  return Buffer.concat([Buffer.from([2, 10]), ...records]);
}

/** QMetricsOut.bin, version 4: for each tile and cycle, how many clusters have which quality. */
export function qualityMetrics(tiles: readonly TileCalls[]): Buffer {
  const records = tiles.flatMap(({ lane, tile, cycles }) =>
    cycles.map((calls, at) => {
      const record = Buffer.alloc(6 + 4 * QUALITIES);
      record.writeUInt16LE(lane, 0);
      record.writeUInt16LE(tile, 2);
      record.writeUInt16LE(at + 1, 4);
      for (const { quality } of calls) {
        const offset = 6 + 4 * (quality - 1);
        record.writeUInt32LE(record.readUInt32LE(offset) + 1, offset);
      }
      return record;
    }),
  );
  return Buffer.concat([Buffer.from([4, 6 + 4 * QUALITIES]), ...records]);
}
