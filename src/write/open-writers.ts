import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import type { AppResultId } from "../core/ids.ts";
import type { ResultFile } from "./result-file.ts";

/** The kernel sends RELEASE some milliseconds after the last close, on a busy machine later. */
const RELEASE_MS = 1000;
const RELEASE_POLL_MS = 20;

export interface StillOptions {
  readonly clock: Clock;
  /** Returns when the closes that are under way have ended. */
  readonly closing: () => Promise<void>;
  readonly signal: AbortSignal;
  /** @default of all */
  readonly appResultId?: AppResultId | undefined;
}

/**
 * The files that are open for writing, under their current paths. A file is among them from before its open returns
 * until its last descriptor and its last mapping are closed. An app result cannot be closed while a writer is in it, and no file in it can be
 * opened for writing while it is being closed.
 */
export class OpenWriters {
  readonly #writers = new Set<ResultFile>();
  readonly #closing = new Map<AppResultId, number>();

  /** Adds a writer that is being opened. @throws as {@link checkOpen} */
  begin(writer: ResultFile): void {
    this.checkOpen(writer.appResultId);
    this.add(writer);
  }

  add(writer: ResultFile): void {
    this.#writers.add(writer);
  }

  /** Removing it again is no error. */
  remove(writer: ResultFile): void {
    this.#writers.delete(writer);
  }

  /** The files that are open in an app result, or in all of them: each path once. */
  files(appResultId?: AppResultId): readonly ResultFile[] {
    const byPath = new Map<string, ResultFile>();
    for (const writer of this.#writers) {
      if (appResultId !== undefined && writer.appResultId !== appResultId) continue;
      byPath.set(`${writer.appResultId}/${writer.path}`, writer);
    }
    return [...byPath.values()];
  }

  /** As {@link files}, after files that were just closed have had time to be released. */
  async still({
    clock,
    closing,
    signal,
    appResultId,
  }: StillOptions): Promise<readonly ResultFile[]> {
    if (this.files(appResultId).length === 0) return [];
    // A close that begins later is not waited for; else others could keep this waiting for ever.
    await closing();
    const until = clock.now() + RELEASE_MS;
    for (;;) {
      const writers = this.files(appResultId);
      if (writers.length === 0 || clock.now() >= until) return writers;
      await clock.sleep(RELEASE_POLL_MS, signal);
    }
  }

  /** @throws BsmountError `busy` while the app result is being closed: nothing in it can be opened for writing */
  checkOpen(appResultId: AppResultId): void {
    if (!this.#closing.has(appResultId)) return;
    throw new BsmountError("busy", "its app result is being closed, and takes no more files", {
      remedy: "write into another app result, or wait to see whether it stays open",
    });
  }

  /** Marks an app result as being closed until the mark is disposed. */
  closing(appResultId: AppResultId): Disposable {
    this.#closing.set(appResultId, (this.#closing.get(appResultId) ?? 0) + 1);
    return {
      [Symbol.dispose]: () => {
        const left = (this.#closing.get(appResultId) ?? 1) - 1;
        if (left === 0) this.#closing.delete(appResultId);
        else this.#closing.set(appResultId, left);
      },
    };
  }
}
