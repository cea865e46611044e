import type { TileCalls } from "./tile-calls.ts";

/*
 * The instrument's own statistics, in its binary form: one byte version, one byte record length, then
 * records. Written here from the calls themselves, so that a reader of InterOp sees true numbers.
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
        const place = 6 + 4 * (quality - 1);
        record.writeUInt32LE(record.readUInt32LE(place) + 1, place);
      }
      return record;
    }),
  );
  return Buffer.concat([Buffer.from([4, 6 + 4 * QUALITIES]), ...records]);
}
