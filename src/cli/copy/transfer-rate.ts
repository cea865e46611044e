import { type Clock, systemClock } from "../../core/clock.ts";
import { formatBytes } from "../../core/units.ts";

/** What came longer ago does not count, so that the speed follows a line that changes. */
const WINDOW_MS = 10_000;
/** Sooner nobody knows: one part that arrives says nothing of the next. */
const FIRST_MS = 1_000;
const MAX_SHOWN_SECONDS = 100 * 3_600;

interface Sample {
  readonly atMs: number;
  readonly bytes: number;
}

/** How fast bytes move, and how long the others will take. */
export class TransferRate {
  readonly #clock: Clock;
  readonly #begunMs: number;
  /** By time; those of one bar's redraw apart at least, so that there are few. */
  #samples: Sample[] = [];

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
    this.#begunMs = clock.now();
  }

  /** That many bytes were moved, now. */
  add(bytes: number): void {
    const atMs = this.#clock.now();
    const last = this.#samples.at(-1);
    if (last !== undefined && atMs - last.atMs < 100) {
      this.#samples[this.#samples.length - 1] = { atMs: last.atMs, bytes: last.bytes + bytes };
    } else this.#samples.push({ atMs, bytes });
  }

  /** Bytes per second over the last ten; undefined while that cannot be told. */
  bytesPerSecond(): number | undefined {
    const now = this.#clock.now();
    const from = Math.max(this.#begunMs, now - WINDOW_MS);
    this.#samples = this.#samples.filter(({ atMs }) => atMs >= from);
    if (now - this.#begunMs < FIRST_MS) return undefined;
    const bytes = this.#samples.reduce((sum, sample) => sum + sample.bytes, 0);
    return (bytes * 1_000) / (now - from);
  }

  /** `1.5 MiB/s  2 min 05 s left`; empty while nothing can be told, without the time where nothing moves. */
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
