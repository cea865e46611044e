import type { LocalFile } from "./local-file.ts";
import type { LocalFilesOptions } from "./local-files-options.ts";
import type { LocalLists } from "./local-lists.ts";
import { expectedPath } from "./temporary-names.ts";

export interface FileNamesOptions extends Pick<
  Required<LocalFilesOptions>,
  "onForgotten" | "plan"
> {
  readonly lists: LocalLists;
  readonly remove: (file: LocalFile, signal: AbortSignal) => Promise<void>;
  /** Told of a file that was finished. */
  readonly finished: (file: LocalFile) => void;
}

/** Where a file is to be listed. */
export interface NewPlace {
  readonly path: string;
  /** An unfinished file that has this path. */
  readonly replaced?: LocalFile | undefined;
}

/** Gives the files that were made here other names. */
export class FileNames {
  readonly #options: FileNamesOptions;

  constructor(options: FileNamesOptions) {
    this.#options = options;
  }

  /** Whether so little of `file` would have to be sent anew under the name `path` that one can wait for it. */
  isQuick({ draft }: LocalFile, path: string): boolean {
    return draft.place.path === path || draft.sizeBytes <= this.#options.plan.firstPartBytes;
  }

  /** Lists `file` under another name. What went up under a name that it will not get is given up. */
  async rename(file: LocalFile, { path, replaced }: NewPlace, signal: AbortSignal): Promise<void> {
    const { uploadPath } = expectedPath(path);
    if (file.hasCompleteVersion) this.#options.onForgotten(file.appResultId);
    const renaming = file.draft.rename(uploadPath ?? path, signal);
    const replacing = this.#replace(replaced, signal);
    await Promise.all([renaming, replacing, this.#move(file, path)]);
  }

  /**
   * Finishes `file`, which was held back, under its final name, and lists it there when that is done. When it fails
   * the file has the name that it had, and so has `replaced`, which nobody finishes meanwhile.
   *
   * @throws BsmountError as the upload target
   */
  async finishAs(
    file: LocalFile,
    { path, replaced }: NewPlace,
    signal: AbortSignal,
  ): Promise<void> {
    const { hasCompleteVersion } = file;
    const finishing = file.draft.finishAs(path, signal);
    if (replaced !== undefined) replaced.replacing = finishing;
    // Whoever looks for what is on its way finds it, and waits for it.
    file.isHeld = false;
    try {
      await finishing;
    } catch (error) {
      file.isHeld = true;
      throw error;
    } finally {
      if (replaced !== undefined) replaced.replacing = undefined;
    }
    if (hasCompleteVersion) this.#options.onForgotten(file.appResultId);
    const replacing = this.#replace(replaced, signal);
    const noted = this.#move(file, path);
    this.#options.finished(file);
    await Promise.all([replacing, noted]);
  }

  /** Bytes that the disk does not give back stay where they are: the name is another file's already. */
  async #replace(file: LocalFile | undefined, signal: AbortSignal): Promise<void> {
    if (file !== undefined) await this.#options.remove(file, signal).catch(() => {});
  }

  /** At once; returns when the journal says so too, and with it whoever finds the file after a crash. */
  async #move(file: LocalFile, path: string): Promise<void> {
    const { isHeld, uploadPath } = expectedPath(path);
    file.isHeld = isHeld;
    file.draft.sendsAhead = !isHeld || uploadPath !== undefined;
    this.#options.lists.move(file, path);
    await file.journal.renamed(path);
  }
}
