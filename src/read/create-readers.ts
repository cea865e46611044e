import { MemoryStore } from "../blocks/memory-store.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { blocks } from "../core/telemetry.ts";
import { formatBytes } from "../core/units.ts";
import { ActiveStreams } from "./active-streams.ts";
import { BlockFetcher } from "./block-fetcher.ts";
import { BlockLoader } from "./block-loader.ts";
import type { ContentSource } from "./content-source.ts";
import { FileVersions } from "./file-versions.ts";
import { BlockReader, type ReadingParts } from "./block-reader.ts";
import type { Readers } from "./reader.ts";
import { TimeOuts } from "./time-outs.ts";
import { defaultTuning, type ReadTuning } from "./tuning.ts";

export interface ReadersOptions {
  readonly source: ContentSource;
  /** Memory for all blocks, cached and in flight, in bytes, rounded down to whole blocks; at least 1 MiB. */
  readonly memoryBytes: number;
  /** The most ranged requests in flight; two more if a reader waits for read-ahead of others. @default 12 */
  readonly maxRequests?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  readonly tuning?: Partial<ReadTuning>;
}

/** Two for the shortest unaligned read, two for its read-ahead, and the same for another reader. */
const MIN_BLOCKS = 8;
const DEFAULT_MAX_REQUESTS = 12;

/**
 * Composes the memory store, the block fetcher and the readers over one source.
 *
 * @throws BsmountError `usage` if `memoryBytes` is too small
 */
export function createReaders(options: ReadersOptions): Readers {
  return readersOf(connectParts(options));
}

/** Makes readers of parts that the caller can inspect. */
export function readersOf(parts: ReadingParts): Readers {
  let closed = false;
  return {
    open(content) {
      if (!closed) return new BlockReader(content, parts);
      throw new BsmountError("aborted", `cannot open file ${content.fileId}: reading has ended`);
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      parts.loader.close();
      await parts.fetcher[Symbol.asyncDispose]();
    },
  };
}

/** Connects the parts of reading. */
export function connectParts(options: ReadersOptions): ReadingParts {
  const { source, maxRequests = DEFAULT_MAX_REQUESTS } = options;
  const { clock = systemClock, logger = silentLogger } = options;
  const tuning: ReadTuning = { ...defaultTuning, ...options.tuning };
  const { blockBytes } = tuning;
  const store: MemoryStore = new MemoryStore({
    blockBytes,
    capacity: capacityOf(options.memoryBytes, blockBytes),
    onUnused: (key, index) => {
      blocks.publish({ outcome: "wasted", blocks: 1 });
      versions.unused(key, index);
    },
    onEmpty: (key) => versions.forgetIfIdle(key),
  });
  const versions = new FileVersions(blockBytes, (key) => store.hasVersion(key));
  const onSettled = (): void => loader.admitWaiting();
  const timeOuts = new TimeOuts(clock);
  const shared = { store, timeOuts, maxRequests };
  const fetcher = new BlockFetcher({ ...shared, source, versions, logger, onSettled });
  const loader = new BlockLoader({ ...shared, fetcher, tuning });
  const streams = new ActiveStreams(clock, tuning.idleStreamMs);
  return { store, versions, fetcher, loader, streams, maxRequests, tuning };
}

function capacityOf(memoryBytes: number, blockBytes: number): number {
  const capacity = Math.floor(memoryBytes / blockBytes);
  if (capacity >= MIN_BLOCKS) return capacity;
  throw new BsmountError(
    "usage",
    `a memory cache of ${formatBytes(memoryBytes)} is too small for reading`,
    { remedy: `give it ${formatBytes(MIN_BLOCKS * blockBytes)} or more` },
  );
}
