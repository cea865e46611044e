import { once } from "node:events";
import { Readable } from "node:stream";
import { systemClock } from "../../core/clock.ts";
import type { FaultActions } from "./rule.ts";

/** How many times per second a slow response sends a piece. */
const SLOW_STEPS_PER_SECOND = 20;

export interface BodyFault {
  readonly actions: FaultActions;
  /** The size of the whole body. */
  readonly sizeBytes: number;
  /** Resets the connection. */
  readonly reset: () => void;
  readonly signal: AbortSignal;
}

/** Truncates, corrupts or slows `payload` as the rule demands. */
export function faultyBody(payload: Readable | string | Buffer, fault: BodyFault): Readable {
  const source = payload instanceof Readable ? payload : Readable.from([Buffer.from(payload)]);
  return Readable.from(faultyChunks(source, fault), { objectMode: false });
}

async function* faultyChunks(source: Readable, fault: BodyFault): AsyncGenerator<Buffer> {
  const { actions, sizeBytes } = fault;
  const end = actions.truncate === true ? Math.floor(sizeBytes / 2) : sizeBytes;
  let at = 0;
  for await (const whole of source) {
    const chunk = (whole as Buffer).subarray(0, Math.max(0, end - at));
    yield* slowly(actions.corrupt === true ? corrupted(chunk, at, sizeBytes) : chunk, fault);
    at += chunk.length;
    if (at >= end && actions.truncate === true) break;
  }
  if (actions.truncate === true) await resetWhenSent(fault);
}

/** Waits before the reset until the sent bytes have left; otherwise the client would receive none of them. */
async function resetWhenSent({ reset, signal }: BodyFault): Promise<void> {
  await systemClock.sleep(20, signal);
  reset();
  if (!signal.aborted) await once(signal, "abort");
}

function corrupted(chunk: Buffer, at: number, sizeBytes: number): Buffer {
  const middle = Math.floor(sizeBytes / 2) - at;
  if (middle < 0 || middle >= chunk.length) return chunk;
  const copy = Buffer.from(chunk);
  copy[middle] = (copy[middle] ?? 0) ^ 0x01;
  return copy;
}

async function* slowly(chunk: Buffer, fault: BodyFault): AsyncGenerator<Buffer> {
  const rate = fault.actions.slowBytesPerSecond;
  if (rate === undefined) {
    yield chunk;
    return;
  }
  const step = Math.max(1, Math.floor(rate / SLOW_STEPS_PER_SECOND));
  for (let at = 0; at < chunk.length; at += step) {
    const piece = chunk.subarray(at, at + step);
    await systemClock.sleep((piece.length / rate) * 1000, fault.signal);
    yield piece;
  }
}
