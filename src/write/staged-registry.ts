import { setTimeout as sleep } from "node:timers/promises";
import type { AppResultId } from "../core/ids.ts";
import { ActiveFiles } from "./active-files.ts";
import type { KeptFiles } from "./kept-files.ts";
import type { OpenMode, StagedFile } from "./staged-file.ts";
import type { ResultFilePath } from "./upload-target.ts";
import { EndingUploads } from "./ending-uploads.ts";
import { StagedLists } from "./staged-list.ts";

export interface StagedRegistryOptions {
  readonly kept: KeptFiles;
  /** Called when BaseSpace has files of an app result that are no longer listed here. */
  readonly onForgotten: (appResultId: AppResultId) => void;
}

/** How long the kernel takes to report the last close of a file. */
const RELEASE_MS = 200;

/** Which staged files there are: those that are open or unfinished, those that are kept, and all that are listed. */
export class StagedRegistry {
  /** What was made, by app result. */
  readonly lists: StagedLists = new StagedLists();
  readonly #options: StagedRegistryOptions;
  readonly #active = new ActiveFiles();
  /** Those that were removed while they were uploaded. */
  readonly ending: EndingUploads = new EndingUploads();

  constructor(options: StagedRegistryOptions) {
    this.#options = options;
  }

  /** Lists a file that was made. */
  add(file: StagedFile): void {
    this.#active.add(file);
    this.lists.list(file.appResultId).add(file);
  }

  /** Counts `file` as open, and keeps it staged, until what is returned is disposed. */
  acquire(file: StagedFile, mode: OpenMode): Disposable {
    const opened = file.acquire(mode);
    if (!file.isRemoved) this.#active.add(file);
    this.#options.kept.remove(file);
    return {
      [Symbol.dispose]: () => {
        opened[Symbol.dispose]();
        this.settle(file);
      },
    };
  }

  /** BaseSpace is to have `file` again: it is not evicted. */
  reopened(file: StagedFile): void {
    this.#active.add(file);
    this.#options.kept.remove(file);
  }

  /** When `file` is complete and nobody has it open, it may be evicted from now on. */
  settle(file: StagedFile): void {
    if (file.isOpen || file.isRemoved || file.content.isUnfinished || !file.isStaged) return;
    if (file.lacksWhiteouts) return;
    this.#active.delete(file);
    this.#options.kept.add(file);
  }

  /** Lists `file`, which had the path `from`, under its path of now. */
  moved(file: StagedFile, from: string): void {
    this.lists.list(file.appResultId).moved(file, from);
  }

  /** From now on BaseSpace's own listing has to show the complete version of `file`. */
  forgetListing({ appResultId }: StagedFile): void {
    this.#options.onForgotten(appResultId);
  }

  /** Deletes `file`; what of it is complete in BaseSpace is shown again, unless it has a whiteout. */
  async remove(file: StagedFile, signal: AbortSignal): Promise<void> {
    this.ending.add(file);
    const discarded = file.content.discard(signal);
    this.#active.delete(file);
    this.#options.kept.remove(file);
    this.lists.list(file.appResultId).remove(file);
    await discarded;
  }

  /** A new version of `file`, whose bytes are not staged any more, is listed in its place. */
  unlist(file: StagedFile): void {
    this.lists.list(file.appResultId).remove(file);
    this.forgetListing(file);
  }

  /** Files of an app result, or of all, that are not complete in BaseSpace as they are here. */
  unfinished(appResultId?: AppResultId): readonly StagedFile[] {
    const files = [...this.#active].filter(({ content, isRemovedWhileOpen }) => {
      return content.isUnfinished && !isRemovedWhileOpen;
    });
    if (appResultId === undefined) return files;
    return files.filter((file) => file.appResultId === appResultId);
  }

  /** Files of an app result that are open or unfinished, and are uploaded to one of `paths`. */
  uploadedTo(appResultId: AppResultId, paths: readonly string[]): readonly StagedFile[] {
    return paths.flatMap((path) => [...this.#active.uploadedTo({ appResultId, path })]);
  }

  /** Returns true when an upload has ended that was under way; false when there is none. */
  async uploaded(): Promise<boolean> {
    const files = [...this.#active].filter(({ content }) => content.state === "finishing");
    if (files.length === 0) return false;
    await Promise.race(files.map(async ({ content }) => await content.settled()));
    // A file can be evicted when the kernel has reported its last close.
    await sleep(RELEASE_MS);
    return true;
  }

  /** BaseSpace has completed `file`, or one that was removed: what was sent to `destination` before that would be older. */
  overtakeOthers(destination: ResultFilePath, file?: StagedFile): void {
    for (const other of this.#active.uploadedTo(destination)) {
      if (other !== file) other.content.overtaken();
    }
  }

  /** `file` is uploaded to another path from now on. */
  destinationChanged(file: StagedFile): void {
    this.#active.moved(file);
  }
}
