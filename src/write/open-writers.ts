import type { Clock } from "../core/clock.ts";
import { BsmountError } from "../core/errors.ts";
import type { AppResultId } from "../core/ids.ts";
import type { ResultFile } from "./result-file.ts";

/** The kernel sends RELEASE some milliseconds after the last close; on a busy machine later. */
const RELEASE_MS = 1000;
const RELEASE_POLL_MS = 20;

export interface StillOptions {
  readonly clock: Clock;
  /** Waits for the closes that are under way. */
  readonly closing: () => Promise<void>;
  readonly signal: AbortSignal;
  /** @default of all */
  readonly appResultId?: AppResultId | undefined;
}

/**
 * Everything that is open for writing, from before the open is answered until the last descriptor and the last
 * mapping of it are gone; renaming moves it. Nobody can close an app result under a writer, and none begins to write in one
 * that is being closed.
 */
export class OpenWriters {
  readonly #writers = new Set<ResultFile>();
  readonly #closing = new Map<AppResultId, number>();

  /** Adds somebody who opens something now. @throws as {@link checkOpen} */
  begin(writer: ResultFile): void {
    this.checkOpen(writer.appResultId);
    this.add(writer);
  }

  add(writer: ResultFile): void {
    this.#writers.add(writer);
  }

  /** More than once is no error. */
  remove(writer: ResultFile): void {
    this.#writers.delete(writer);
  }

  /** What is open in an app result, or in all of them: each path once. */
  of(appResultId?: AppResultId): readonly ResultFile[] {
    const byPath = new Map<string, ResultFile>();
    for (const writer of this.#writers) {
      if (appResultId !== undefined && writer.appResultId !== appResultId) continue;
      byPath.set(`${writer.appResultId}/${writer.path}`, writer);
    }
    return [...byPath.values()];
  }

  /** As {@link of}, when what was just closed has had time to show it. */
  async still({
    clock,
    closing,
    signal,
    appResultId,
  }: StillOptions): Promise<readonly ResultFile[]> {
    if (this.of(appResultId).length === 0) return [];
    // Those that begin to close later are open now; or others would keep this waiting for ever.
    await closing();
    const until = clock.now() + RELEASE_MS;
    for (;;) {
      const writers = this.of(appResultId);
      if (writers.length === 0 || clock.now() >= until) return writers;
      await clock.sleep(RELEASE_POLL_MS, signal);
    }
  }

  /** @throws BsmountError `busy` when the app result is being closed: nobody begins to write in it any more */
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
