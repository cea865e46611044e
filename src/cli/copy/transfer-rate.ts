import { type Clock, systemClock } from "../../core/clock.ts";
import { formatBytes } from "../../core/units.ts";

/** Older samples do not count, so that the rate follows changes of the line. */
const WINDOW_MS = 10_000;
/** No rate is shown before: one part that arrives says nothing about the next. */
const FIRST_MS = 1_000;
const MAX_SHOWN_SECONDS = 100 * 3_600;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** Measures how fast bytes are transferred, and estimates the remaining time. */
export class TransferRate {
  readonly #clock: Clock;
  readonly #startMs: number;
  /** In order of time, merged to at most ten a second. */
  #samples: Sample[] = [];

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#startMs = clock.now();
  }

  /** Records that `bytes` bytes were transferred now. */
  add(bytes: number): void {
    const atMs = this.#clock.now();
    const last = this.#samples.at(-1);
    if (last !== undefined && atMs - last.atMs < 100) {
      this.#samples[this.#samples.length - 1] = { atMs: last.atMs, bytes: last.bytes + bytes };
    } else this.#samples.push({ atMs, bytes });
  }

  /** Bytes per second over the last ten seconds; undefined at the beginning. */
  bytesPerSecond(): number | undefined {
    const now = this.#clock.now();
    const from = Math.max(this.#startMs, now - WINDOW_MS);
    this.#samples = this.#samples.filter(({ atMs }) => atMs >= from);
    if (now - this.#startMs < FIRST_MS) return undefined;
    const bytes = this.#samples.reduce((sum, sample) => sum + sample.bytes, 0);
    return (bytes * 1_000) / (now - from);
  }

  /** `1.5 MiB/s  2 min 05 s left`; empty at the beginning, and without the time when nothing is transferred. */
  text(leftBytes: number): string {
    const rate = this.bytesPerSecond();
    if (rate === undefined) return "";
    const speed = `${formatBytes(Math.round(rate))}/s`;
    if (rate === 0) return speed;
    const seconds = Math.ceil(leftBytes / rate);
    return seconds > MAX_SHOWN_SECONDS ? speed : `${speed}  ${durationOf(seconds)} left`;
  }
}

function durationOf(seconds: number): string {
  const two = (part: number): string => String(part).padStart(2, "0");
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}
