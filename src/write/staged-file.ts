import { describeError } from "../core/errors.ts";
import type { AppResultId, FileId } from "../core/ids.ts";
import type { WriteMode } from "../core/write-mode.ts";
import { shownPathOf } from "./result-file.ts";
import type { StagedContent } from "./staged-content.ts";
import type { NewFileName } from "./journal-events.ts";
import type { FileJournal } from "./file-journal.ts";
import { isRemovedWhileOpen, type StagedName, stagedNameOf } from "./temporary-names.ts";

/*
 * Begin here. A staged file is a file that was written on this mount, or left by one that ended. Four things about it are
 * independent of each other: what BaseSpace has of its content, whether its end is there, whether its name is final, and
 * who has it open.
 *
 * Content (`content-state.ts`), with the journal's line for a transition in brackets:
 *
 *     new version [begun, finished] ──▶ copying
 *                                          │ copy is whole [changed]
 *                                          ▼
 *     create [begun] ─────────────────▶ pending ◀───────────── journal written [changed] ───┐
 *                                        │   ▲                                              │
 *                                 finish │   │ completed, but changed meanwhile             │
 *                                        ▼   │                                              │
 *     failed ◀── attempt failed ────── finishing                                            │
 *       │ │      [failed]                ▲ │                                                │
 *       │ └────────── finish ────────────┘ │ completed [finished]                           │
 *       │                                  ▼                                                │
 *       └── change ──▶ pending          complete ── change ──▶ reopening ───────────────────┘
 *                                        │   ▲                     │
 *                         room is needed │   └─ journal not written┘
 *                                        ▼
 *                                     evicted
 *
 *     Each of them but `evicted` becomes `removed` when the file is unlinked, or replaced before it is complete.
 *     When an attempt under a new name fails [failed], the content returns to the state before the attempt. Calls that
 *     waited for the attempt to finish the file fail with the same error, and make the content `failed`.
 *
 * End (`content-state.ts`); only a file that is closed is finished, or one that somebody finishes explicitly:
 *
 *     open ── last writer closed it [closed] ──▶ closed ── change [changed] ──▶ open
 *     open, closed ── the writer, or the mount, ended otherwise [interrupted] ──▶ interrupted ── closed [closed] ──▶ closed
 *
 * Name (this file); only a file with a final name is finished:
 *
 *     final ── rename to a temporary name [renamed] ──▶ awaiting rename
 *     awaiting rename ── rename [renamed], or its name is kept ──▶ final
 *     awaiting rename ── rename that waits for the upload ──▶ renaming ── completed [renamed] ──▶ final
 *                                                                └── failed ──▶ awaiting rename
 *
 * Readers and writers (this file): `acquire()` counts up, and disposing of what it returns counts down. The last
 * writer finishes the file (`staged-writer.ts`); only a file that nobody has open is evicted.
 *
 * Who calls whom: `staged-files.ts` makes, opens and removes the files of a session; `finishing.ts` decides when they
 * are uploaded, `staged-names.ts` renames them, `staged-content.ts` has their bytes and `content-upload.ts` sends
 * these; `copy-on-write.ts` makes new versions of files that BaseSpace has.
 */

/** What a file is open for; those who write can read too. */
export type OpenMode = "read" | "write";

type NameState = "awaiting rename" | "final" | "renaming";

export interface StagedFileOptions {
  readonly content: StagedContent;
  readonly journal: FileJournal;
  readonly name: StagedName;
  /** Its app result as the mount shows it: `/projects/p/appresults/r`. */
  readonly resultPath: string;
  /** When files of its result are finished. */
  readonly writeMode: () => WriteMode;
  /** Counts the files of a session. */
  readonly number: number;
}

/**
 * A file that was written on this mount: listed from the moment it is made, with the size and date that it has
 * now. Once it was finished it has the Id and date that BaseSpace gave it.
 */
export class StagedFile {
  readonly content: StagedContent;
  /** Its app result as the mount shows it: `/projects/p/appresults/r`. */
  readonly resultPath: string;
  /** What its inode is made from: it stays the same when the file gets an Id. */
  readonly inodeKey: string;
  readonly isArchived = false;
  readonly #writeMode: () => WriteMode;
  readonly #journal: FileJournal;
  readonly #opens: Record<OpenMode, number> = { read: 0, write: 0 };
  readonly #replaces = new Set<FileId>();
  /** Those of them whose names somebody has restored. */
  readonly #shownAgain = new Set<FileId>();
  #lacksWhiteouts = false;
  #path: string;
  #nameState: NameState;
  #replacement: Promise<unknown> | undefined;

  constructor({ content, journal, name, resultPath, ...options }: StagedFileOptions) {
    const { number, writeMode } = options;
    this.content = content;
    this.#writeMode = writeMode;
    this.resultPath = resultPath;
    this.inodeKey = `staged ${number}`;
    this.#journal = journal;
    this.#path = name.path;
    this.#nameState = name.awaitsRename ? "awaiting rename" : "final";
  }

  get appResultId(): AppResultId {
    return this.content.destination.appResultId;
  }

  /** In the app result. A file that awaits its rename is uploaded to another path, if that is known yet. */
  get path(): string {
    return this.#path;
  }

  /** As the mount shows it. */
  get shownPath(): string {
    return shownPathOf(this);
  }

  /** It has a temporary name: it is finished only under another one. */
  get awaitsRename(): boolean {
    return this.#nameState === "awaiting rename";
  }

  /** When files of its result are finished. */
  get writeMode(): WriteMode {
    return this.#writeMode();
  }

  /** It was closed, and is finished only when somebody says so. */
  get awaitsCommit(): boolean {
    return this.content.awaitsCommit;
  }

  /** It was removed or replaced while it is open: it is discarded when it is closed. */
  get isRemovedWhileOpen(): boolean {
    return isRemovedWhileOpen(this.#path);
  }

  /** Whether its bytes are in staging; if not, BaseSpace has them. */
  get isStaged(): boolean {
    return this.content.state !== "evicted";
  }

  get isRemoved(): boolean {
    return this.content.state === "removed";
  }

  /** Its last writer did not close it, so that its end may be missing: it is finished only when somebody says so. */
  get isInterrupted(): boolean {
    return this.content.isUnfinished && this.content.isInterrupted && !this.isOpenForWriting;
  }

  get isOpen(): boolean {
    return this.#opens.read + this.#opens.write > 0;
  }

  get isOpenForWriting(): boolean {
    return this.writers > 0;
  }

  /** How many have it open for writing. */
  get writers(): number {
    return this.#opens.write;
  }

  /** Files of BaseSpace that it is shown in place of: older versions of it, and those that it replaced by a rename. */
  get replaces(): readonly FileId[] {
    const { isUnfinished, olderIds, uploaded } = this.content;
    const last = isUnfinished && uploaded !== undefined ? [uploaded.id] : [];
    const ids = [...this.#replaces, ...olderIds, ...last];
    return ids.filter((id) => !this.#shownAgain.has(id));
  }

  /** From now on the file of BaseSpace is shown beside it. Returns whether it was shown in place of that. */
  showAgain(id: FileId): boolean {
    const isReplaced = this.replaces.includes(id);
    if (isReplaced) this.#shownAgain.add(id);
    return isReplaced;
  }

  /** Settles when it is known whether another file, which is being finished under its name, replaces it. */
  get replacement(): Promise<unknown> | undefined {
    return this.#replacement;
  }

  /** Why BaseSpace does not have it, when nobody will finish it any more. */
  get whyLeft(): string {
    if (this.awaitsRename) return "its name is a temporary one";
    const { failure } = this.content;
    if (failure !== undefined) return describeError(failure);
    if (this.isInterrupted) return "its last writer did not close it";
    if (this.awaitsCommit) return "it awaits a commit";
    return this.isOpenForWriting ? "it was open for writing" : "the mount ended before";
  }

  /** That of the file in BaseSpace; an unfinished one has none, since what BaseSpace has is an older version. */
  get id(): FileId {
    return this.#complete?.id ?? this.inodeKey;
  }

  /** Whether BaseSpace has a version of it under the name that it has here, which cannot be taken back. */
  get hasCompleteVersion(): boolean {
    return this.content.uploaded?.path === this.path;
  }

  get sizeBytes(): number {
    return this.content.sizeBytes;
  }

  /** An unfinished file is newer than all others, whatever the service's clock says: so the name is its own. */
  get dateCreatedMs(): number {
    return this.#complete?.dateCreated.getTime() ?? Number.MAX_SAFE_INTEGER;
  }

  /** When it was written last. */
  get dateModifiedMs(): number {
    return this.content.modifiedMs;
  }

  get etag(): string | undefined {
    return this.#complete?.etag;
  }

  get contentType(): string | undefined {
    return this.content.uploaded?.contentType;
  }

  /** Counts it as open until what is returned is disposed; disposing again is no error. */
  acquire(mode: OpenMode): Disposable {
    let isReleased = false;
    this.#opens[mode] += 1;
    return {
      [Symbol.dispose]: () => {
        if (!isReleased) this.#release(mode);
        isReleased = true;
      },
    };
  }

  /**
   * Gives it another path at once; what was sent for a path that it will not get is discarded. Returns when the journal
   * has the path, so that it is known after a crash.
   */
  async rename(name: NewFileName, signal: AbortSignal): Promise<void> {
    const { path } = name;
    const { uploadPath, awaitsRename } = stagedNameOf(path);
    this.#setName(awaitsRename ? "awaiting rename" : "final", path);
    const sendsAhead = uploadPath !== undefined;
    const renamed = this.content.rename(uploadPath ?? path, { sendsAhead }, signal);
    await Promise.all([renamed, this.#journal.recordName(name)]);
  }

  /** The temporary name that it has is its final one from now on. */
  async keepName(signal: AbortSignal): Promise<void> {
    this.#setName("final");
    const renamed = this.content.rename(this.path, { sendsAhead: true }, signal);
    await Promise.all([renamed, this.#journal.recordName({ path: this.path, isFinal: true })]);
  }

  /**
   * Finishes it under `path`, its final name, while it has the temporary one; {@link rename} comes next. It does not
   * await its rename meanwhile, so that calls that finish all files find it, and wait for it.
   *
   * @throws BsmountError as the upload target; then it awaits its rename as before
   */
  async finishAs(path: string, signal: AbortSignal): Promise<void> {
    this.#setName("renaming");
    try {
      await this.content.finishAs(path, signal);
    } catch (error) {
      this.#setName("awaiting rename");
      throw error;
    }
  }

  /** From now on it is shown in place of these files of BaseSpace too. */
  replace(ids: readonly FileId[]): void {
    for (const id of ids) this.#replaces.add(id);
  }

  /** It is complete, and what it was shown in place of has no whiteouts yet, which only its journal knows. */
  get lacksWhiteouts(): boolean {
    return this.#lacksWhiteouts;
  }

  /** It is complete: what it was shown in place of is to have whiteouts. */
  awaitWhiteouts(): void {
    this.#lacksWhiteouts = this.replaces.length > 0;
  }

  /** What it was shown in place of has whiteouts. */
  noteCovered(): void {
    this.#lacksWhiteouts = false;
    this.#journal.recordCovers();
  }

  /** Its last writer closed it. Returns when the journal says so. */
  async close(): Promise<void> {
    await this.content.close({ awaitsCommit: this.writeMode === "commit" });
  }

  /** Nobody finishes it before `replacement` settles, or what is returned is disposed. */
  awaitReplacement(replacement: Promise<unknown>): Disposable {
    this.#replacement = replacement;
    return { [Symbol.dispose]: () => void (this.#replacement = undefined) };
  }

  /** The journal says why the file stays in staging. */
  noteWhyLeft(): void {
    // The journal says already why it was interrupted.
    if (!this.isInterrupted) this.#journal.recordFailure(this.whyLeft);
  }

  /** What BaseSpace has of it, when that is all that was written. */
  get #complete(): StagedContent["uploaded"] {
    return this.content.isUnfinished ? undefined : this.content.uploaded;
  }

  /** All changes of the name pass through here. */
  #setName(state: NameState, path: string = this.#path): void {
    this.#nameState = state;
    this.#path = path;
  }

  #release(mode: OpenMode): void {
    this.#opens[mode] -= 1;
    if (mode === "write" && !this.isOpenForWriting) this.content.released();
  }
}
