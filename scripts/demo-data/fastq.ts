import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import type { Read, ReadPair } from "./reads.ts";

/** The start of a read's name, before the position of its cluster: instrument, run number, flow cell, lane. */
export interface ReadNames {
  readonly prefix: string;
  readonly lane: number;
  readonly index: string;
}

/** Writes two FASTQ files, the first and the second read of each pair. */
export async function writeFastq(
  pairs: Iterable<ReadPair>,
  names: ReadNames,
  files: readonly [string, string],
): Promise<void> {
  const streams = files.map((file) => createWriteStream(file));
  for (const batch of inBatches(pairs, 2000)) {
    for (const [at, stream] of streams.entries()) {
      const text = batch.map((pair) => renderRecord(pair, at, names)).join("");
      if (!stream.write(text)) await once(stream, "drain");
    }
  }
  await Promise.all(streams.map(close));
}

async function close(stream: WriteStream): Promise<void> {
  stream.end();
  await finished(stream);
}

function renderRecord(pair: ReadPair, at: number, names: ReadNames): string {
  const read: Read = at === 0 ? pair.read1 : pair.read2;
  const clusterName = `${names.prefix}:${names.lane}:${pair.tile}:${pair.x}:${pair.y}`;
  return `@${clusterName} ${at + 1}:N:0:${names.index}\n${read.bases}\n+\n${read.qualities}\n`;
}

function* inBatches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
