import type { ByteBudget } from "../../core/byte-budget.ts";
import { passingMemory } from "../../core/shared-memory.ts";

/** Bytes that hold a part of a budget until they are disposed of. */
export interface HeldBytes extends Disposable {
  readonly bytes: Uint8Array;
}

/**
 * Runs `fill` with memory that can be shared with a thread, when there is room for it in the budget. What it
 * answers keeps the room; a failure gives it back.
 */
export async function heldBytes(
  { memory }: { readonly memory?: ByteBudget },
  { bytes, signal }: { readonly bytes: number; readonly signal: AbortSignal },
  fill: (memory: Uint8Array) => Promise<Uint8Array>,
): Promise<HeldBytes> {
  const giveBack = (await memory?.take(bytes, signal)) ?? ((): void => {});
  try {
    const filled = await fill(new Uint8Array(passingMemory(bytes)));
    return { bytes: filled, [Symbol.dispose]: giveBack };
  } catch (error) {
    giveBack();
    throw error;
  }
}
