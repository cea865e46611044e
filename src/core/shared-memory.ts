/*
 * V8 does not count a SharedArrayBuffer as memory that a collection could free: gigabytes of them are a few dead
 * objects of some bytes, in every thread that was sent them. So each is tied to ordinary memory of the same length,
 * which V8 does count. Nothing touches that memory, so that the system never has to give a page for it.
 */

const weights = new WeakMap<ArrayBufferLike, ArrayBufferLike>();

/**
 * Shared memory, zeroed, that the garbage collector takes into account: what nobody uses any more is freed soon,
 * and not when the heap happens to be full.
 */
export function sharedMemory(sizeBytes: number): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(sizeBytes);
  countReceived(memory, sizeBytes);
  return memory;
}

/**
 * Has this thread's garbage collector count `newBytes` for memory that came in a message. The sender's
 * {@link SentMemory} says how many.
 */
export function countReceived(memory: ArrayBufferLike, newBytes: number): void {
  if (newBytes === 0) return;
  // Not zeroed, which would touch it.
  weights.set(memory, Buffer.allocUnsafeSlow(newBytes).buffer);
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
