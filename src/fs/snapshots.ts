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

interface KeptSnapshot {
  readonly snapshot: Snapshot;
  readonly renderedAtMs: number;
  opens: number;
}

export interface SnapshotsOptions {
  readonly tree: PathTree;
  readonly clock: Clock;
  /** At least as long as the kernel caches attributes: the size it knows must be that of the bytes it reads. */
  readonly ttlMs: number;
}

/** Keeps generated files the same from their lookup until the kernel looks again, or until the last close. */
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

  get(ino: Ino, file: GeneratedFile, signal: AbortSignal): MaybePromise<Snapshot> {
    const kept = this.#kept.get(ino);
    if (kept !== undefined && this.#isGood(kept)) return kept.snapshot;
    return andThen(this.#tree.render(file, signal), ({ bytes, dateMs }) => {
      const version = createHash("sha1").update(bytes).digest("base64");
      return this.#keep(ino, { bytes, dateMs, version });
    });
  }

  /** Keeps the snapshot while it is open; pair with {@link close}. */
  open(ino: Ino, file: GeneratedFile, signal: AbortSignal): MaybePromise<Snapshot> {
    return andThen(this.get(ino, file, signal), (snapshot) => {
      const kept = this.#kept.get(ino);
      if (kept !== undefined) kept.opens += 1;
      return snapshot;
    });
  }

  close(ino: Ino): void {
    const kept = this.#kept.get(ino);
    if (kept !== undefined) kept.opens -= 1;
  }

  #keep(ino: Ino, snapshot: Snapshot): Snapshot {
    for (const [other, kept] of this.#kept) if (!this.#isGood(kept)) this.#kept.delete(other);
    const opens = this.#kept.get(ino)?.opens ?? 0;
    this.#kept.set(ino, { snapshot, renderedAtMs: this.#clock.now(), opens });
    return snapshot;
  }

  #isGood({ opens, renderedAtMs }: KeptSnapshot): boolean {
    return opens > 0 || this.#clock.now() - renderedAtMs < this.#ttlMs;
  }
}
