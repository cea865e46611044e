import { abandonOnAbort } from "../core/abort.ts";
import { bothInFlight, type InFlight } from "./in-flight.ts";
import type { StagedFile } from "./staged-file.ts";
import { destinationKey, type ResultFilePath } from "./upload-target.ts";

/** Files that were removed while they were uploaded: BaseSpace may complete them until their attempts have ended. */
export class EndingUploads {
  readonly #files = new Map<string, Map<StagedFile, Promise<void>>>();

  /** To be called before `file` is removed. */
  add(file: StagedFile): void {
    const { content } = file;
    if (content.state !== "finishing") return;
    const key = destinationKey(content.destination);
    const files = this.#files.get(key) ?? new Map<StagedFile, Promise<void>>();
    this.#files.set(key, files);
    files.set(file, this.#ended(file, key, files));
  }

  async #ended(file: StagedFile, key: string, files: Map<StagedFile, unknown>): Promise<void> {
    await file.content.settled();
    files.delete(file);
    if (files.size === 0) this.#files.delete(key);
  }

  /** What BaseSpace may complete at `destination`. */
  inFlight(destination: ResultFilePath): InFlight {
    const files = this.#files.get(destinationKey(destination))?.keys() ?? [];
    return [...files].reduce<InFlight>((all, { content }) => bothInFlight(all, content.inFlight), {
      ids: [],
      md5s: [],
    });
  }

  /** Returns when nothing that was removed is uploaded to `destination` any more. */
  async settled(destination: ResultFilePath, signal: AbortSignal): Promise<void> {
    for (;;) {
      const files = this.#files.get(destinationKey(destination));
      if (files === undefined) return;
      await abandonOnAbort(Promise.all(files.values()), signal);
    }
  }
}
