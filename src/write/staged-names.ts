import type { FileId } from "../core/ids.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { Finishing } from "./finishing.ts";
import type { StagedFile } from "./staged-file.ts";
import type { StagedRegistry } from "./staged-registry.ts";

export interface StagedNamesOptions {
  readonly registry: StagedRegistry;
  readonly finishing: Finishing;
  readonly plan: PartPlan;
}

/** The path that a staged file is to have. */
export interface NewName {
  readonly path: string;
  /** An unfinished file that has this path. */
  readonly replaced?: StagedFile | undefined;
  /** The complete file that it has in BaseSpace; null for none, undefined where that is not known. */
  readonly shown?: FileId | null | undefined;
}

/** Gives staged files other names. */
export class StagedNames {
  readonly #options: StagedNamesOptions;

  constructor(options: StagedNamesOptions) {
    this.#options = options;
  }

  /** Whether renaming `file` to `path` sends so few bytes again that the caller can wait for them. */
  isQuick({ content }: StagedFile, path: string): boolean {
    const { firstPartBytes } = this.#options.plan;
    return content.destination.path === path || content.sizeBytes <= firstPartBytes;
  }

  /** Lists `file` under another name. What was sent under a name that it will not get is discarded. */
  async rename(file: StagedFile, newName: NewName, signal: AbortSignal): Promise<void> {
    const { registry } = this.#options;
    if (file.hasCompleteVersion) registry.forgetListing(file);
    await this.#rename(file, newName, signal);
  }

  /**
   * Finishes `file`, which awaits its rename, under its final name, and lists it there when that is done. When it
   * fails the file has the name that it had, and so has `replaced`, which nobody finishes meanwhile.
   *
   * @throws BsmountError as the upload target
   */
  async finishAs(file: StagedFile, newName: NewName, signal: AbortSignal): Promise<void> {
    const { path, replaced } = newName;
    const { registry, finishing } = this.#options;
    const { hasCompleteVersion } = file;
    const attempt = file.finishAs(path, signal);
    {
      using _unlessFailed = replaced?.awaitReplacement(attempt);
      await attempt;
    }
    if (hasCompleteVersion) registry.forgetListing(file);
    const renamed = this.#rename(file, newName, signal);
    finishing.finished(file);
    await renamed;
  }

  async #rename(
    file: StagedFile,
    { path, replaced, shown }: NewName,
    signal: AbortSignal,
  ): Promise<void> {
    const from = file.path;
    const renamed = file.rename(path, signal, shown);
    const removed = this.#remove(replaced, signal);
    this.#options.registry.moved(file, from);
    await Promise.all([renamed, removed]);
  }

  /** Bytes that the disk does not give back stay where they are: the name is another file's already. */
  async #remove(file: StagedFile | undefined, signal: AbortSignal): Promise<void> {
    if (file !== undefined) await this.#options.registry.remove(file, signal).catch(() => {});
  }
}
