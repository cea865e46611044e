/*
 * V8 does not count a SharedArrayBuffer as memory that a garbage collection could free: gigabytes of them look like a
 * few small objects, in every thread that received them. So short-lived shared memory is tied to ordinary memory of
 * the same length, which V8 does count. That memory is never touched, so it only takes address space, unless malloc
 * returns pages that were used before. Do not use this for long-lived memory.
 */

const weights = new WeakMap<ArrayBufferLike, ArrayBufferLike>();

/** Zeroed shared memory for a single use, which is freed soon after. */
export function passingMemory(sizeBytes: number): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(sizeBytes);
  countAsGarbage(memory, sizeBytes);
  return memory;
}

/**
 * Makes this thread's garbage collector count `sizeBytes` for memory that its owner will not use again, or that was
 * received in a message; for that, the sender's {@link SentMemory} determines the size.
 */
export function countAsGarbage(memory: ArrayBufferLike, sizeBytes: number): void {
  if (sizeBytes === 0) return;
  // Not zeroed, since that would touch it.
  weights.set(memory, Buffer.allocUnsafeSlow(sizeBytes).buffer);
}

/** Tracks the memory that was sent to one thread, so that memory is counted only the first time. */
export class SentMemory {
  readonly #sent = new WeakSet<ArrayBufferLike>();

  /** The bytes of the memory behind `views` that the thread has not received before. */
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
