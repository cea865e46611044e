/*
 * V8 does not count a SharedArrayBuffer as memory that a collection could free: gigabytes of them are a few dead
 * objects of some bytes, in every thread that was sent them. So what will be garbage soon is tied to ordinary memory
 * of the same length, which V8 does count. Nothing touches that memory: it takes room among the addresses only,
 * unless malloc hands out pages that were touched before, so it is not for what stays.
 */

const weights = new WeakMap<ArrayBufferLike, ArrayBufferLike>();

/** Shared memory, zeroed, to be used once: it is freed soon after, and not when the heap happens to be full. */
export function passingMemory(sizeBytes: number): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(sizeBytes);
  countAsGarbage(memory, sizeBytes);
  return memory;
}

/**
 * Has this thread's garbage collector count `sizeBytes` for memory that its owner will not use again, or that came
 * in a message, for which the sender's {@link SentMemory} says how many.
 */
export function countAsGarbage(memory: ArrayBufferLike, sizeBytes: number): void {
  if (sizeBytes === 0) return;
  // Not zeroed, which would touch it.
  weights.set(memory, Buffer.allocUnsafeSlow(sizeBytes).buffer);
}

/** The memory that one thread was sent: a message about memory that it has already weighs nothing. */
export class SentMemory {
  readonly #sent = new WeakSet<ArrayBufferLike>();

  /** The bytes of memory behind `views` that the thread is sent for the first time. */
  newBytes(views: readonly Uint8Array[]): number {
    let bytes = 0;
    for (const { buffer } of views) {
      if (this.#sent.has(buffer)) continue;
      this.#sent.add(buffer);
      bytes += buffer.byteLength;
    }
    return bytes;
  }
}
