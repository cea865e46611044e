import type { ResultFile } from "./result-file.ts";
import type { HiddenFile } from "./result-events.ts";
import type { StagedFile } from "./staged-file.ts";
import type { StagedRegistry } from "./staged-registry.ts";
import { isRemovedWhileOpen } from "./temporary-names.ts";
import type { Whiteouts } from "./whiteouts.ts";

export interface RemovingOptions {
  readonly registry: StagedRegistry;
  readonly whiteouts: Whiteouts;
}

/** What has a path: a staged file, files of BaseSpace, or both. */
export interface Occupants {
  readonly file?: StagedFile | undefined;
  /** Others of this session, which the path does not show: somebody else has a newer version. */
  readonly older?: readonly StagedFile[];
  /** The versions of the path that BaseSpace lists. */
  readonly versions: readonly HiddenFile[];
}

/** Removes files: what BaseSpace has of them is not shown any more. */
export class Removing {
  readonly #options: RemovingOptions;

  constructor(options: RemovingOptions) {
    this.#options = options;
  }

  /**
   * Frees the path `at`. The folders above it stay until they are removed, as on a local disk.
   * @throws BsmountError `no-space`, `environment`; then nothing is removed
   */
  async remove(at: ResultFile, occupants: Occupants, signal: AbortSignal): Promise<void> {
    const { registry, whiteouts } = this.#options;
    await whiteouts.cover(at, versionsIn(occupants, at.path));
    if (!isRemovedWhileOpen(at.path)) registry.lists.list(at.appResultId).keepFolders(at.path);
    for (const file of stagedIn(occupants)) {
      await registry.remove(file, signal);
      // BaseSpace may have completed it while it was removed.
      await whiteouts.cover(at, uploadedVersions(file, at.path));
    }
  }

  /** `file` was removed, and BaseSpace has completed it since. */
  async removedLate(file: ResultFile, uploaded: HiddenFile): Promise<void> {
    const { appResultId } = file;
    this.#options.registry.overtakeOthers({ appResultId, path: uploaded.path });
    await this.#options.whiteouts.cover(file, [uploaded]);
  }

  /**
   * `file` is complete: the versions before are not shown any more, and it is, whatever was hidden before. If the disk
   * refuses their whiteouts, `file` lacks them, and stays staged: its journal is what the next mount knows them from.
   */
  async replaced(file: StagedFile): Promise<void> {
    // BaseSpace has the file, and this session does not show the others, whatever the disk says.
    await this.#replaced(file).catch(() => {});
  }

  async #replaced(file: StagedFile): Promise<void> {
    const { whiteouts } = this.#options;
    const { appResultId, path, replaces } = file;
    if (whiteouts.isHidden(appResultId, file.id)) await whiteouts.uncover(appResultId, [file.id]);
    const older = replaces.filter((id) => id !== file.id && !whiteouts.isHidden(appResultId, id));
    await whiteouts.cover(
      file,
      older.map((id) => ({ id, path })),
    );
    file.noteCovered();
  }
}

export function stagedIn({ file, older = [] }: Occupants): readonly StagedFile[] {
  return file === undefined ? older : [file, ...older];
}

/** What BaseSpace has at `path`, as far as it is known here. */
export function versionsIn(occupants: Occupants, path: string): readonly HiddenFile[] {
  const uploaded = stagedIn(occupants).flatMap((file) => uploadedVersions(file, path));
  return [...occupants.versions, ...uploaded];
}

/**
 * The files of BaseSpace that were made from `file`, with the pending one that its parts were sent to: BaseSpace may be
 * completing it.
 */
function uploadedVersions(file: StagedFile, path: string): readonly HiddenFile[] {
  const { uploaded, olderIds, inFlight } = file.content;
  const ids = [...file.replaces, ...olderIds, uploaded?.id, ...inFlight.ids];
  return [...new Set(ids.filter((id) => id !== undefined))].map((id) => ({ id, path }));
}
