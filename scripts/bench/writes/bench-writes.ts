import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { WriteOptions } from "../options.ts";
import { dropPageCache } from "../rig/page-cache.ts";
import { rotate } from "../rotate.ts";
import { mountedWriters } from "./mounted-writer.ts";
import { rawWriter } from "./raw-writer.ts";
import { type Stage, withWriteStage } from "./stage.ts";
import type { Writer } from "./writer.ts";
import type { Workload } from "./workload.ts";

/** One upload of everything by one contestant. */
export interface WriteSample {
  readonly contestant: string;
  readonly isRaw: boolean;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  readonly requests: number;
  /** To files and sockets: what was staged, the journal, and what was sent. */
  readonly writtenBytes: number;
}

export interface WriteOutcome {
  readonly name: string;
  readonly title: string;
  readonly count: number;
  readonly fileBytes: number;
  /** One element a round, in it one sample per contestant. */
  readonly rounds: readonly (readonly WriteSample[])[];
}

/** Copies into the mount and raw uploads of the same files to the same service, in turns. */
export async function benchWrites(
  { rounds: count }: WriteOptions,
  workload: Workload,
  signal: AbortSignal,
): Promise<WriteOutcome> {
  const writers = [...mountedWriters, rawWriter(workload.rawStreams)];
  return await withWriteStage(workload, signal, async (stage) => {
    for (const writer of writers) await takeSample(writer, stage, signal);
    const rounds: WriteSample[][] = [];
    for (let round = 0; round < count; round += 1) {
      const samples: WriteSample[] = [];
      for (const writer of rotate(writers, round)) {
        samples.push(await takeSample(writer, stage, signal));
      }
      rounds.push(samples);
      console.error(`${workload.name} round ${round + 1} of ${count}`);
    }
    const { title, fileBytes } = workload;
    return { name: `write-${workload.name}`, title, count: workload.count, fileBytes, rounds };
  });
}

/**
 * Every sample is checked: a fast upload of something else is none.
 * @param beforeWriting called when everything is ready
 */
export async function takeSample(
  writer: Writer,
  stage: Stage,
  signal: AbortSignal,
  beforeWriting: () => void = () => {},
): Promise<WriteSample> {
  const destination = await stage.newDestination(signal);
  const folder = await mkdtemp(join(stage.folder, "sample-"));
  try {
    const { name: contestant, isRaw } = writer;
    const ready = await writer.prepare(destination, stage.cargo, folder, signal);
    await using _ready = ready;
    dropPageCache();
    await stage.countRequests();
    beforeWriting();
    const before = ready.usage();
    const start = performance.now();
    await ready.write(signal);
    const seconds = (performance.now() - start) / 1000;
    const { cpuSeconds, peakRssBytes, writtenBytes } = ready.usage();
    const requests = await stage.countRequests();
    await stage.verify(destination, signal);
    return {
      contestant,
      isRaw,
      seconds,
      cpuSeconds: cpuSeconds - before.cpuSeconds,
      peakRssBytes,
      requests,
      writtenBytes: writtenBytes - before.writtenBytes,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
