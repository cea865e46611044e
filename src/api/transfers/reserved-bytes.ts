import type { ByteBudget } from "../../core/byte-budget.ts";
import type { SharedBuffers } from "../../core/shared-buffers.ts";
import { passingMemory } from "../../core/shared-memory.ts";

/** Bytes in memory that is reserved in a budget until they are given back or disposed of. */
export interface ReservedBytes extends Disposable {
  readonly bytes: Uint8Array;
  /** Nothing reads them any more: their memory may be used again. */
  giveBack(): void;
}

export interface Reservation {
  readonly bytes: number;
  readonly signal: AbortSignal;
  /** The pool that the memory is taken from. Default: new memory, for bytes that may be kept. */
  readonly buffers?: SharedBuffers;
}

/**
 * Reserves memory that can be shared with a thread, when the budget has room, and fills it with `fill`. A failure
 * gives it back.
 */
export async function reserveBytes(
  { memory }: { readonly memory?: ByteBudget },
  { bytes, signal, buffers }: Reservation,
  fill: (memory: Uint8Array) => Promise<Uint8Array>,
): Promise<ReservedBytes> {
  const leaveRoom = (await memory?.take(bytes, signal)) ?? ((): void => {});
  const buffer = buffers?.borrow(bytes);
  const end = (): void => {
    buffer?.[Symbol.dispose]();
    leaveRoom();
  };
  try {
    const filled = await fill(buffer?.bytes ?? new Uint8Array(passingMemory(bytes)));
    const giveBack = (): void => {
      buffer?.giveBack();
      end();
    };
    return { bytes: filled, giveBack, [Symbol.dispose]: end };
  } catch (error) {
    end();
    throw error;
  }
}
