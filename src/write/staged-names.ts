import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError } from "../core/errors.ts";
import type { FileId } from "../core/ids.ts";
import type { PartPlan } from "../upload/part-plan.ts";
import type { Finishing } from "./finishing.ts";
import { bothInFlight, type InFlight } from "./in-flight.ts";
import { stagingNameOf } from "./journaled-file.ts";
import { type Occupants, stagedIn, versionsIn } from "./removing.ts";
import type { HiddenFile } from "./result-events.ts";
import type { StagedFile } from "./staged-file.ts";
import type { StagedRegistry } from "./staged-registry.ts";
import type { Whiteouts } from "./whiteouts.ts";

export interface StagedNamesOptions {
  readonly registry: StagedRegistry;
  readonly finishing: Finishing;
  readonly whiteouts: Whiteouts;
  readonly plan: PartPlan;
}

/** The path that a staged file is to have, and what has that path. */
export interface NewName {
  readonly path: string;
  /** What is replaced; a file of BaseSpace is not shown any more. */
  readonly replaced?: Occupants | undefined;
  /** The complete file that it has in BaseSpace; null for none, undefined where that is not known. */
  readonly shown?: FileId | null | undefined;
  /** The versions of the path before that BaseSpace lists. */
  readonly old?: readonly HiddenFile[];
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

  /**
   * Lists `file` under another name. What was sent under a name that it will not get is discarded. What BaseSpace has
   * of it under the old name is not shown any more; a complete file counts as closed and not finished afterwards.
   * Returns whether it was complete.
   *
   * @throws BsmountError `no-space`, `environment`, `cross-entity` for a complete file; then it has the name before
   */
  async rename(file: StagedFile, newName: NewName, signal: AbortSignal): Promise<boolean> {
    const settled = this.#stopped(file);
    using _pause = file.awaitReplacement(settled.promise);
    try {
      await abandonOnAbort(file.content.settled(), signal);
      const wasComplete = !file.content.isUnfinished;
      if (wasComplete) await this.#reopen(file);
      // What it replaces is lost, so it must not be in memory only.
      else await file.content.stage();
      const from = file.path;
      const old = versionsIn({ file, versions: newName.old ?? [] }, from);
      await this.#rename(file, newName, signal);
      if (from !== file.path) await this.#coverOld(file, old);
      return wasComplete;
    } finally {
      settled.resolve();
    }
  }

  /**
   * Finishes `file`, which awaits its rename, under its final name, and lists it there when that is done. When it
   * fails the file has the name that it had, and so has what is replaced, which nobody finishes meanwhile.
   *
   * @throws BsmountError as the upload target
   */
  async finishAs(file: StagedFile, newName: NewName, signal: AbortSignal): Promise<void> {
    const { finishing } = this.#options;
    const { path, replaced } = newName;
    const { appResultId } = file;
    await this.#options.registry.ending.settled({ appResultId, path }, signal);
    const attempt = file.finishAs(path, signal);
    {
      using _unlessFailed = replaced?.file?.awaitReplacement(attempt);
      await attempt;
    }
    const renamed = this.#rename(file, newName, signal);
    await Promise.all([renamed, finishing.finished(file)]);
  }

  /** Stops an attempt to finish `file`. Nobody tries again before `resolve` is called. */
  #stopped(file: StagedFile): { readonly promise: Promise<void>; readonly resolve: () => void } {
    let resolve = (): void => {};
    const promise = new Promise<void>((settle) => {
      resolve = settle;
    });
    file.content.stop();
    return { promise, resolve };
  }

  /** The journal says that BaseSpace lacks it before its old name is hidden. */
  async #reopen(file: StagedFile): Promise<void> {
    // It may have been evicted while its upload was waited for.
    if (!file.isStaged) throw notStagedError(file.shownPath);
    this.#options.registry.reopened(file);
    await file.content.reopen();
    // BaseSpace had all of it, so its end is there, also while the kernel has yet to report the last close.
    await file.close();
  }

  /** This session does not show it any more in any case; a disk that is full is tried again at the end of the upload. */
  async #coverOld(file: StagedFile, old: readonly HiddenFile[]): Promise<void> {
    await this.#options.whiteouts.cover(file, old).catch(() => {});
  }

  async #rename(
    file: StagedFile,
    { path, replaced, shown }: NewName,
    signal: AbortSignal,
  ): Promise<void> {
    const { registry } = this.#options;
    const from = file.path;
    const covers = replacedIds(file, path, replaced);
    file.replace(covers);
    const replaces = stagedIn(replaced ?? { versions: [] }).map(({ content }) =>
      stagingNameOf(content.stagingPath),
    );
    const overtakes = this.#inFlight(file, path, replaced);
    const known = { ...(shown === undefined ? {} : { shown }), overtakes };
    const renamed = file.rename({ path, ...known, replaces, covers }, signal);
    const removed = this.#remove(replaced, signal);
    registry.moved(file, from);
    await Promise.all([renamed, removed]);
  }

  /** What BaseSpace may complete at `path` after the rename, and is older. */
  #inFlight({ appResultId }: StagedFile, path: string, replaced: Occupants | undefined): InFlight {
    const files = replaced === undefined ? [] : stagedIn(replaced);
    const others = files.map(({ content }) => content.inFlight);
    return others.reduce(
      bothInFlight,
      this.#options.registry.ending.inFlight({ appResultId, path }),
    );
  }

  /** Bytes that the disk does not give back stay where they are: the name is another file's already. */
  async #remove(replaced: Occupants | undefined, signal: AbortSignal): Promise<void> {
    const files = replaced === undefined ? [] : stagedIn(replaced);
    const { registry } = this.#options;
    await Promise.allSettled(files.map(async (file) => await registry.remove(file, signal)));
  }
}

function replacedIds(
  file: StagedFile,
  path: string,
  replaced: Occupants | undefined,
): readonly FileId[] {
  if (replaced === undefined) return [];
  const ids = versionsIn(replaced, path).map(({ id }) => id);
  return ids.filter((id) => id !== file.content.uploaded?.id);
}

/** Only BaseSpace has the bytes of a file that is to be renamed. */
export function notStagedError(shownPath: string): BsmountError {
  const problem = `${shownPath} is complete in BaseSpace, where files keep their names`;
  return new BsmountError("cross-entity", problem, {
    remedy: "copy it, then remove it, as mv does",
  });
}
