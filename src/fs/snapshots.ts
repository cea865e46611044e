import { createHash } from "node:crypto";
import { type MaybePromise, andThen } from "../core/maybe-promise.ts";
import type { Clock } from "../core/clock.ts";
import type { GeneratedFile } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";
import type { Ino } from "./file-system.ts";

/** A generated file as it was rendered at one moment. */
export interface Snapshot {
  readonly bytes: Uint8Array;
  readonly dateMs: number;
  /** Changes with the bytes. */
  readonly version: string;
}

/** A snapshot that is open. */
export interface OpenSnapshot extends Disposable {
  readonly snapshot: Snapshot;
  /** Whether the kernel knows the size of a later one, so that it must not read this one any more. */
  readonly isSuperseded: boolean;
}

interface KeptSnapshot {
  readonly snapshot: Snapshot;
  renderedAtMs: number;
  /** When the kernel was last told its size. */
  shownAtMs: number;
  opens: number;
  isSuperseded: boolean;
}

export interface SnapshotsOptions {
  readonly tree: PathTree;
  readonly clock: Clock;
  /** At least as long as the kernel caches attributes: the size it knows must be that of the bytes it reads. */
  readonly ttlMs: number;
}

/** The kernel counts from when the reply arrives, which can be this much later. */
const REPLY_MS = 500;

/** How long a file about the mount itself stays the same because a program has it open, in milliseconds. */
const OWN_OPEN_MS = 10_000;

/**
 * Keeps generated files the same from the last time that the kernel was told their size until it asks again, or until
 * the last close.
 *
 * The files of `.bsmount` change all the time, and rendering them costs little. So they are rendered anew whenever the
 * kernel asks, and one that a program keeps open is replaced after some seconds.
 */
export class Snapshots {
  readonly #tree: PathTree;
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #kept = new Map<Ino, KeptSnapshot>();

  constructor({ tree, clock, ttlMs }: SnapshotsOptions) {
    this.#tree = tree;
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** The snapshot whose size the kernel is told now. */
  get(ino: Ino, file: GeneratedFile, signal: AbortSignal): MaybePromise<Snapshot> {
    const kept = this.#kept.get(ino);
    const now = this.#clock.now();
    if (kept !== undefined && this.#staysSame(kept, file)) {
      kept.shownAtMs = now;
      return kept.snapshot;
    }
    return andThen(this.#render(ino, file, signal), ({ snapshot }) => snapshot);
  }

  /** Keeps the snapshot whose size the kernel knows while it is open. */
  open(ino: Ino, file: GeneratedFile, signal: AbortSignal): MaybePromise<OpenSnapshot> {
    const kept = this.#kept.get(ino);
    const isKnown = kept !== undefined && (this.#isShown(kept) || this.#staysSame(kept, file));
    return andThen(isKnown ? kept : this.#render(ino, file, signal), opened);
  }

  #render(ino: Ino, file: GeneratedFile, signal: AbortSignal): MaybePromise<KeptSnapshot> {
    return andThen(this.#tree.render(file, signal), ({ bytes, dateMs }) => {
      const version = createHash("sha1").update(bytes).digest("base64");
      return this.#keep(ino, { bytes, dateMs, version });
    });
  }

  #keep(ino: Ino, rendered: Snapshot): KeptSnapshot {
    for (const [other, kept] of this.#kept) {
      if (other !== ino && kept.opens === 0 && !this.#isShown(kept)) this.#kept.delete(other);
    }
    const before = this.#kept.get(ino);
    const now = this.#clock.now();
    const times = { renderedAtMs: now, shownAtMs: now };
    if (before?.snapshot.version === rendered.version) return Object.assign(before, times);
    if (before !== undefined) before.isSuperseded = true;
    const kept = { snapshot: rendered, ...times, opens: 0, isSuperseded: false };
    this.#kept.set(ino, kept);
    return kept;
  }

  #staysSame({ opens, renderedAtMs }: KeptSnapshot, { parent }: GeneratedFile): boolean {
    const ageMs = this.#clock.now() - renderedAtMs;
    if (parent.kind === "own") return opens > 0 && ageMs < OWN_OPEN_MS;
    return opens > 0 || ageMs < this.#ttlMs;
  }

  #isShown({ shownAtMs }: KeptSnapshot): boolean {
    return this.#clock.now() - shownAtMs < this.#ttlMs + REPLY_MS;
  }
}

function opened(kept: KeptSnapshot): OpenSnapshot {
  kept.opens += 1;
  let isOpen = true;
  return {
    snapshot: kept.snapshot,
    get isSuperseded() {
      return kept.isSuperseded;
    },
    [Symbol.dispose]: () => {
      if (isOpen) kept.opens -= 1;
      isOpen = false;
    },
  };
}
