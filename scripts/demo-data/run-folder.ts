import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { qualityMetrics, tileMetrics } from "./inter-op.ts";
import type { Plan } from "./plan.ts";
import { runInfo, runParameters, sampleSheet } from "./run-documents.ts";
import { cyclesOfRun, runCycles, tileNumbers } from "./run-facts.ts";
import { callTile, type TileCalls } from "./tile-calls.ts";

/*
 * A run folder as the instrument writes it: a short run of 10 + 8 + 10 cycles, as laboratories make one to check a
 * library before the deep run. One .bcl file per lane, cycle and tile has the call of every cluster (base in the low two
 * bits, quality above). More tiles and lanes make more files.
 */

const MAX_TILES_PER_LANE = 96;

export interface RunShape {
  readonly lanes: number;
  readonly tilesPerLane: number;
}

/** Returns the flow cell whose run folder has about `files` files. */
export function shapeOfRun(files: number): RunShape {
  const tiles = Math.max(2, Math.round(files / (cyclesOfRun + 1)));
  const lanes = Math.min(8, Math.ceil(tiles / MAX_TILES_PER_LANE));
  return { lanes, tilesPerLane: Math.ceil(tiles / lanes) };
}

/** Writes the run folder below `folder`; resolves to its files' paths inside the run. */
export async function writeRunFolder(
  folder: string,
  genome: string,
  plan: Plan,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const [path, content] of renderRun(genome, plan)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    paths.push(path);
  }
  return paths.sort();
}

function* renderRun(genome: string, plan: Plan): Generator<[string, string | Buffer]> {
  const shape = shapeOfRun(plan.runFiles);
  yield ["RunInfo.xml", runInfo(shape, runCycles)];
  yield ["RunParameters.xml", runParameters(runCycles)];
  yield ["SampleSheet.csv", sampleSheet(plan, runCycles)];
  yield ["RTAComplete.txt", "1/18/2024,14:21:09,Illumina RTA 1.18.54\n"];

  const tiles: TileCalls[] = [];
  for (let lane = 1; lane <= shape.lanes; lane += 1) {
    for (const tile of tileNumbers(shape.tilesPerLane)) {
      const calls = callTile(genome, plan, lane, tile);
      tiles.push(calls);
      yield* renderTile(calls);
    }
  }
  yield ["InterOp/TileMetricsOut.bin", tileMetrics(tiles)];
  yield ["InterOp/QMetricsOut.bin", qualityMetrics(tiles)];
}

function* renderTile({ lane, tile, cycles }: TileCalls): Generator<[string, Buffer]> {
  const folder = `Data/Intensities/BaseCalls/L${String(lane).padStart(3, "0")}`;
  for (const [at, calls] of cycles.entries()) {
    const bytes = calls.map(({ base, quality }) => (quality << 2) | base);
    const file = Buffer.concat([uint32(calls.length), Buffer.from(bytes)]);
    yield [`${folder}/C${at + 1}.1/s_${lane}_${tile}.bcl`, file];
  }
  const count = cycles[0]?.length ?? 0;
  const header = [uint32(0), uint32(3), uint32(count)];
  yield [`${folder}/s_${lane}_${tile}.filter`, Buffer.concat([...header, Buffer.alloc(count, 1)])];
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
