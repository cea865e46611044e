import type { BlockMemory } from "../blocks/block-store.ts";
import type { Cursor } from "./access-pattern.ts";
import type { StoreVersion } from "./content-source.ts";
import type { ContentDescription } from "./reader.ts";

/** One version of a file's bytes, shared by all who have it open and by the blocks kept of it. */
export interface Content {
  /** What its blocks are kept under; never used for anything else. */
  readonly key: string;
  readonly description: ContentDescription;
  readonly fileBlocks: number;
  /** Blocks on their way. */
  readonly flights: Map<number, Flight>;
  /** The store's version in its first answer. All later answers must have the same. */
  pinned: StoreVersion | undefined;
  /** The store answered with another version: these bytes can no longer be had. */
  changed: boolean;
  /** Open readers. */
  readers: number;
}

/** Somebody who cannot go on before a flight ends. Told synchronously, while its blocks are surely there. */
export interface FlightWaiter {
  landed(flight: Flight): void;
  failed(flight: Flight, error: unknown): void;
}

/**
 * One ranged request for neighbouring blocks, and whoever wants them: readers that wait for it, and
 * cursors that asked for it ahead. Nobody left means that it is aborted.
 */
export interface Flight {
  readonly content: Content;
  /** The first block. */
  readonly start: number;
  /** A block's memory each, in order. */
  readonly memory: readonly BlockMemory[];
  /** How many of its blocks no reader had asked for when it started. */
  readonly aheadBlocks: number;
  readonly waiters: Set<FlightWaiter>;
  readonly cursors: Set<Cursor>;
  readonly controller: AbortController;
}

/** Whether `flight` was started without a reader who needs it: then its failure is nobody's. */
export function isReadAhead(flight: Flight): boolean {
  return flight.aheadBlocks === flight.memory.length;
}

export function blockIndexes(flight: Flight): number[] {
  return flight.memory.map((_memory, at) => flight.start + at);
}
