import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { bsmountContestant } from "./contestants/bsmount.ts";
import type { Contestant, Target } from "./contestants/contestant.ts";
import { rawContestants } from "./contestants/raw.ts";
import { rcloneContestant } from "./contestants/rclone.ts";
import type { ReadOptions, Transport } from "./options.ts";
import type { ObjectStore } from "./rig/nginx.ts";
import { dropPageCache } from "./rig/page-cache.ts";
import { makeWorkFolder } from "./rig/scratch.ts";
import { rotate } from "./rotate.ts";
import { withStage } from "./stage.ts";

/** One cold read by one contestant. */
export interface Sample {
  readonly contestant: string;
  readonly isRaw: boolean;
  readonly seconds: number;
  readonly megabytesPerSecond: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
  readonly requests: number;
  readonly bytesFetched: number;
}

export interface Outcome {
  readonly name: string;
  readonly title: string;
  readonly sizeBytes: number;
  /** One element a round, in it one sample per contestant. */
  readonly rounds: readonly (readonly Sample[])[];
}

const everybody = [bsmountContestant, rcloneContestant, ...rawContestants];

/** Cold sequential read of one object through the mount, through rclone's, and raw, in turns. */
export async function benchSequentialRead(
  options: ReadOptions,
  transport: Transport,
  signal: AbortSignal,
): Promise<Outcome> {
  const { sizeBytes, only } = options;
  const contestants = everybody.filter(
    ({ name }) => only.length === 0 || only.some((wanted) => name.startsWith(wanted)),
  );
  const needsAccount = contestants.includes(bsmountContestant);
  return withStage({ ...options, transport, needsAccount }, signal, async (target, store) => {
    for (const contestant of contestants) await warmUp(contestant, target, signal);
    const rounds: Sample[][] = [];
    for (let round = 0; round < options.rounds; round += 1) {
      const samples: Sample[] = [];
      for (const contestant of rotate(contestants, round)) {
        samples.push(await takeSample(contestant, target, store, signal));
      }
      rounds.push(samples);
      console.error(`${transport} round ${round + 1} of ${options.rounds}`);
    }
    const limit = options.limitRate === undefined ? "" : `, ${options.limitRate} per connection`;
    const title = `cold sequential read, dd bs=1M, over ${transport}${limit}`;
    const suffix = options.limitRate === undefined ? "" : `-${options.limitRate}`;
    return { name: `read-${transport}${suffix}`, title, sizeBytes, rounds };
  });
}

/** Checks the bytes; programs and the server's memory are warm after it. */
async function warmUp(contestant: Contestant, target: Target, signal: AbortSignal): Promise<void> {
  await using work = await makeWorkFolder();
  await using reader = await contestant.prepare(target, work.path, signal);
  await reader.verify(signal);
}

async function takeSample(
  contestant: Contestant,
  target: Target,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<Sample> {
  await using work = await makeWorkFolder();
  const folder = join(work.path, "read");
  await mkdir(folder);
  await store.traffic();
  const { seconds, cpuSeconds, peakRssBytes } = await timeRead(contestant, target, folder, signal);
  // The reader is gone: everything it asked for has been logged.
  const { requests, bytes } = await store.traffic();
  return {
    contestant: contestant.name,
    isRaw: contestant.isRaw,
    seconds,
    megabytesPerSecond: target.sizeBytes / seconds / 1e6,
    cpuSeconds,
    peakRssBytes,
    requests,
    bytesFetched: bytes,
  };
}

async function timeRead(
  contestant: Contestant,
  target: Target,
  folder: string,
  signal: AbortSignal,
): Promise<{ seconds: number; cpuSeconds: number; peakRssBytes: number }> {
  await using reader = await contestant.prepare(target, folder, signal);
  dropPageCache();
  const before = reader.usage();
  const start = performance.now();
  await reader.read(signal);
  const seconds = (performance.now() - start) / 1000;
  const after = reader.usage();
  return {
    seconds,
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    peakRssBytes: after.peakRssBytes,
  };
}
