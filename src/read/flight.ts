import type { BlockMemory } from "../blocks/block-store.ts";
import type { Cursor } from "./access-pattern.ts";
import type { StoreVersion } from "./content-source.ts";
import type { ContentDescription } from "./reader.ts";

/** One version of a file's content, shared by its readers and its cached blocks. */
export interface FileVersion {
  /** The key of its blocks in the store; never used for another version. */
  readonly key: string;
  readonly description: ContentDescription;
  readonly fileBlocks: number;
  /** Flights by the index of each block in them. */
  readonly flights: Map<number, Flight>;
  /** That of the first response; all later ones must have the same. */
  storeVersion: StoreVersion | undefined;
  /** The object store has another version now, so that this one can no longer be fetched. */
  isOutdated: boolean;
  /** The number of open readers. */
  readers: number;
}

/** Waits for a flight. Its methods are called synchronously, before a block of the flight can be evicted. */
export interface FlightWaiter {
  landed(flight: Flight): void;
  failed(flight: Flight, error: unknown): void;
}

/**
 * One ranged request for consecutive blocks, with the readers that wait for it and the cursors that read ahead. It is
 * aborted when none of them is left.
 */
export interface Flight {
  readonly version: FileVersion;
  /** The first block. */
  readonly start: number;
  /** The memory of each block, in order. */
  readonly memory: readonly BlockMemory[];
  /** The number of its blocks that no reader had requested when it started. */
  readonly aheadBlocks: number;
  readonly waiters: Set<FlightWaiter>;
  readonly cursors: Set<Cursor>;
  readonly controller: AbortController;
}

/** Whether no reader had requested a block of `flight` when it started; then its failure is reported to none. */
export function isReadAhead(flight: Flight): boolean {
  return flight.aheadBlocks === flight.memory.length;
}

export function blockIndexes(flight: Flight): number[] {
  return flight.memory.map((_memory, at) => flight.start + at);
}
