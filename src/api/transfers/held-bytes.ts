import type { ByteBudget } from "../../core/byte-budget.ts";
import type { SharedBuffers } from "../../core/shared-buffers.ts";
import { passingMemory } from "../../core/shared-memory.ts";

/** Bytes that hold a part of a budget until they are given back or disposed of. */
export interface HeldBytes extends Disposable {
  readonly bytes: Uint8Array;
  /** Nobody reads them any more: their memory may be used again. */
  giveBack(): void;
}

export interface BytesToHold {
  readonly bytes: number;
  readonly signal: AbortSignal;
  /** Where memory is taken from that is given back. Default: memory of their own, for bytes that may be kept. */
  readonly buffers?: SharedBuffers;
}

/**
 * Runs `fill` with memory that can be shared with a thread, when there is room for it in the budget. What it
 * answers keeps the room; a failure gives it back.
 */
export async function heldBytes(
  { memory }: { readonly memory?: ByteBudget },
  { bytes, signal, buffers }: BytesToHold,
  fill: (memory: Uint8Array) => Promise<Uint8Array>,
): Promise<HeldBytes> {
  const leaveRoom = (await memory?.take(bytes, signal)) ?? ((): void => {});
  const held = buffers?.hold(bytes);
  const end = (): void => {
    held?.[Symbol.dispose]();
    leaveRoom();
  };
  try {
    const filled = await fill(held?.bytes ?? new Uint8Array(passingMemory(bytes)));
    const giveBack = (): void => {
      held?.giveBack();
      end();
    };
    return { bytes: filled, giveBack, [Symbol.dispose]: end };
  } catch (error) {
    end();
    throw error;
  }
}
