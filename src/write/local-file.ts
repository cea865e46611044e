import { describeError } from "../core/errors.ts";
import type { AppResultId, FileId } from "../core/ids.ts";
import type { Draft } from "./draft.ts";
import { shownPathOf } from "./result-file.ts";
import type { FileJournal } from "./staging-folder.ts";

export interface LocalFileOptions {
  readonly draft: Draft;
  readonly journal: FileJournal;
  /** Its app result as the mount shows it. */
  readonly resultPath: string;
  /** Counts the files of a session. */
  readonly number: number;
}

/**
 * A file that this mount wrote: listed from the moment it is made, with the size and date that it has
 * now. When it was finished it has the Id and date that BaseSpace gave it.
 */
export class LocalFile {
  readonly draft: Draft;
  readonly journal: FileJournal;
  /** Its app result as the mount shows it: `/projects/p/appresults/r`. */
  readonly resultPath: string;
  /** What its inode is made from: it stays the same when the file gets an Id. */
  readonly inodeKey: string;
  readonly isArchived = false;
  /** Where it is listed. A file that is held back goes up under another name, if that is known yet. */
  path: string;
  /** It has a temporary name: it is finished only under another one. */
  isHeld = false;
  /** Whether its bytes are in staging; if not, BaseSpace has them. */
  isStaged = true;
  isRemoved = false;
  /** Settles when it is known whether another file, which is being finished under its name, takes its place. */
  replacing: Promise<unknown> | undefined;
  /** Why it did not go up when it was tried last; cleared by the next change. */
  uploadFailure: unknown;
  /** How often it is open. */
  openHandles = 0;
  /** How often for writing. */
  openWriters = 0;

  constructor({ draft, journal, resultPath, number }: LocalFileOptions) {
    this.draft = draft;
    this.journal = journal;
    this.resultPath = resultPath;
    this.path = draft.place.path;
    this.inodeKey = `draft ${number}`;
  }

  /** Why the content that it has now is not in BaseSpace, and will not be without somebody's doing. */
  get failure(): unknown {
    return this.draft.failedChange ?? this.uploadFailure;
  }

  /** Why it is not in BaseSpace, when nobody will finish it any more. */
  get whyLeft(): string {
    if (this.isHeld) return "its name is a temporary one";
    if (this.failure !== undefined) return describeError(this.failure);
    return this.openWriters > 0 ? "it was open for writing" : "the mount ended before";
  }

  get appResultId(): AppResultId {
    return this.draft.place.appResultId;
  }

  /** As the mount shows it. */
  get shownPath(): string {
    return shownPathOf(this);
  }

  /** That of what BaseSpace has of it; while it is changed, that is an older version and not this file. */
  get id(): FileId {
    const { isUnfinished, uploaded } = this.draft;
    return isUnfinished || uploaded === undefined ? this.inodeKey : uploaded.id;
  }

  /** Whether BaseSpace has a version of it under the name that it has here, which stays whatever comes. */
  get hasCompleteVersion(): boolean {
    return this.draft.uploaded?.path === this.path;
  }

  get sizeBytes(): number {
    return this.draft.sizeBytes;
  }

  /** Newer than everything while it is written, whatever the service's clock says: it has the name. */
  get dateCreatedMs(): number {
    const { isUnfinished, uploaded } = this.draft;
    if (isUnfinished || uploaded === undefined) return Number.MAX_SAFE_INTEGER;
    return uploaded.dateCreated.getTime();
  }

  /** When it was written last. */
  get dateModifiedMs(): number {
    return this.draft.modifiedMs;
  }

  get etag(): string | undefined {
    return this.draft.isUnfinished ? undefined : this.draft.uploaded?.etag;
  }

  get contentType(): string | undefined {
    return this.draft.uploaded?.contentType;
  }
}
