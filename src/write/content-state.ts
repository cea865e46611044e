import { describeError } from "../core/errors.ts";
import type { FileJournal } from "./file-journal.ts";
import type { ClosedContent } from "./journal-events.ts";
import { UploadStoppedError } from "./upload-stopped-error.ts";

/**
 * - `copying`: a new version is being filled with the content of the file that it replaces
 * - `pending`: BaseSpace lacks something
 * - `finishing`: an attempt to have BaseSpace mark it complete is under way, which cannot be stopped reliably
 * - `failed`: the last attempt failed, and nothing was changed since
 * - `complete`: BaseSpace has all of it; the staged bytes serve readers
 * - `reopening`: it was complete, and is about to be changed
 * - `evicted`: it is complete, and its staged bytes made room for others
 * - `removed`: the file was removed or replaced; once it is complete, only where this mount made it an older version
 */
export type ContentStateName =
  "complete" | "copying" | "evicted" | "failed" | "finishing" | "pending" | "removed" | "reopening";

/**
 * Whether the end of the content is there:
 *
 * - `open`: somebody writes it, or nobody has yet
 * - `closed`: its last writer closed it, so that it may be finished
 * - `interrupted`: its last writer ended otherwise, or the mount did; it is finished only when somebody says so
 */
export type ContentEnd = "closed" | "interrupted" | "open";

interface Finishing {
  readonly name: "finishing";
  readonly attempt: Promise<unknown>;
  /** The file is given another name as soon as it is complete, and keeps the one before otherwise. */
  readonly underNewName: boolean;
  /** Why the attempt before failed, unless the content was changed since. */
  readonly failure: unknown;
}

type State =
  | Finishing
  | { readonly name: "failed"; readonly failure: unknown }
  | { readonly name: Exclude<ContentStateName, "failed" | "finishing"> };

/** What the journal records with a transition. */
type Note = { readonly event: "finished" } | { readonly event: "failed"; readonly error: unknown };

/** Which states may follow each one; the diagram in `staged-file.ts` shows what leads from one to the other. */
const NEXT: Readonly<Record<ContentStateName, readonly ContentStateName[]>> = {
  copying: ["pending", "removed"],
  pending: ["finishing", "failed", "removed"],
  finishing: ["complete", "failed", "finishing", "pending", "removed"],
  failed: ["failed", "finishing", "pending", "removed"],
  complete: ["evicted", "removed", "reopening"],
  reopening: ["complete", "pending", "removed"],
  evicted: ["removed"],
  removed: [],
};

export interface ContentStateOptions {
  readonly journal: FileJournal;
  /** Runs what needs room on the staging disk, again when that is full and room could be made. */
  readonly withRoom: <T>(work: () => Promise<T>) => Promise<T>;
  readonly first: "copying" | "pending";
  /** @default open */
  readonly end?: ContentEnd | undefined;
  /** @default false */
  readonly awaitsCommit?: boolean | undefined;
  /** The journal says that what was closed survives a power cut. @default false */
  readonly isSynced?: boolean | undefined;
}

/** What BaseSpace has of the content of one staged file. All changes of state pass through one method. */
export class ContentState {
  readonly #journal: FileJournal;
  readonly #withRoom: ContentStateOptions["withRoom"];
  #state: State;
  #end: ContentEnd;
  #awaitsCommit: boolean;
  /** The journal says that what was closed survives a power cut. */
  #isSynced: boolean;
  /** Counts changes, so that one during an upload shows at its end. */
  #version = 0;
  /** Changes that are under way. */
  #changing = 0;

  constructor({ journal, withRoom, first, ...left }: ContentStateOptions) {
    this.#journal = journal;
    this.#withRoom = withRoom;
    this.#state = { name: first };
    this.#end = left.end ?? "open";
    this.#awaitsCommit = left.awaitsCommit ?? false;
    this.#isSynced = left.isSynced ?? false;
    // Until somebody writes, a copy has nothing that BaseSpace lacks.
    if (first === "copying") journal.recordFinish();
  }

  get name(): ContentStateName {
    return this.#state.name;
  }

  get end(): ContentEnd {
    return this.#end;
  }

  /** A change is under way: what there is of the content is neither the one before nor the one after it. */
  get isChanging(): boolean {
    return this.#changing > 0;
  }

  /** It was closed, and is finished only when somebody says so. */
  get awaitsCommit(): boolean {
    return this.#awaitsCommit && this.#end === "closed" && this.isUnfinished;
  }

  /** False when BaseSpace has everything that was written. */
  get isUnfinished(): boolean {
    return this.name !== "complete" && this.name !== "evicted";
  }

  /** Counts changes. */
  get version(): number {
    return this.#version;
  }

  /** Why the last attempt to finish it failed; undefined once it succeeded, or the content was changed. */
  get failure(): unknown {
    return "failure" in this.#state ? this.#state.failure : undefined;
  }

  /** The attempt that is under way. */
  get attempt(): Pick<Finishing, "attempt" | "underNewName"> | undefined {
    return this.#state.name === "finishing" ? this.#state : undefined;
  }

  /** The copy is whole: from now on the journal says that BaseSpace lacks it. */
  async copied(): Promise<void> {
    await this.#withRoom(async () => await this.#journal.recordChange());
    this.#transition({ name: "pending" });
  }

  /** Its last writer closed it: it may be finished, also by the next mount. Returns when the journal says so. */
  async close(content: ClosedContent): Promise<void> {
    if (!this.isUnfinished || this.name === "removed" || this.#end === "closed") return;
    this.#end = "closed";
    this.#isSynced = content.isSynced;
    this.#awaitsCommit = content.awaitsCommit === true;
    await this.#journal.recordClose(content);
  }

  /** It may be finished from now on, also by the next mount. Returns when the journal says so. */
  async commit(sizeBytes: number): Promise<void> {
    if (!this.awaitsCommit) return;
    this.#awaitsCommit = false;
    await this.#journal.recordClose({ sizeBytes, isSynced: this.#isSynced });
  }

  /** Its last writer did not close it as it should: its end may be missing. */
  interrupt(why: string): void {
    if (!this.isUnfinished || this.name === "removed") return;
    this.#end = "interrupted";
    this.#journal.recordInterruption(why);
  }

  /**
   * Changes the content by `work`. A reader sees neither the old content nor the new one meanwhile, so it counts
   * as changed before and after, and `onChanged` is called each time. The journal says first that BaseSpace lacks
   * something.
   */
  async change(work: () => Promise<void>, onChanged: () => void): Promise<void> {
    const isComplete = this.name === "complete" || this.name === "reopening";
    const isRecorded = isComplete || this.#end !== "open";
    const wasSynced = this.#isSynced;
    this.#changing += 1;
    if (this.name === "complete") this.#transition({ name: "reopening" });
    try {
      if (isRecorded) await this.#withRoom(async () => await this.#journal.recordChange());
      // After a power cut the journal must not say that bytes are safe which this change overwrites.
      if (isRecorded && wasSynced) await this.#journal.sync();
      this.#end = "open";
      this.#isSynced = false;
      this.#changed(onChanged);
      await this.#withRoom(work).finally(() => this.#changed(onChanged));
    } catch (error) {
      this.#journal.recordFailure(describeError(error));
      throw error;
    } finally {
      this.#changing -= 1;
      const isUnchanged = this.name === "reopening" && this.#changing === 0;
      // The journal could not take the change, and will take it later: then this follows it.
      if (isUnchanged) this.#transition({ name: "complete" }, { event: "finished" });
    }
  }

  /** A change succeeded: a failed attempt says nothing about the content that there is now. */
  forgetFailure(): void {
    if (this.#state.name === "failed") this.#transition({ name: "pending" });
    if (this.#state.name === "finishing") this.#transition({ ...this.#state, failure: undefined });
  }

  /**
   * Runs an attempt to finish the content. `upload` returns the version that BaseSpace has then. When an
   * attempt under a new name fails, the content returns to the state that it had before.
   */
  async finish(upload: () => Promise<number>, underNewName: boolean): Promise<void> {
    this.#checkNext("finishing");
    const attempt = upload();
    this.#transition({ name: "finishing", attempt, underNewName, failure: this.failure });
    try {
      this.#completed(await attempt);
    } catch (error) {
      this.#attemptFailed(error, underNewName);
      throw error;
    }
  }

  /** A call that waited for another one's attempt to finish the content failed with it. */
  failedWith(failure: unknown): void {
    if (this.#state.name === "finishing") this.#transition({ ...this.#state, failure });
    if (this.name === "pending" || this.name === "failed") {
      this.#transition({ name: "failed", failure });
    }
  }

  /** The staged bytes are going to be deleted: BaseSpace has them. */
  evict(): void {
    this.#transition({ name: "evicted" });
  }

  /** Nobody will finish the content any more. */
  remove(): void {
    if (this.name !== "removed") this.#transition({ name: "removed" });
  }

  #changed(onChanged: () => void): void {
    this.#version += 1;
    if (this.name === "reopening") this.#transition({ name: "pending" });
    onChanged();
  }

  #completed(version: number): void {
    if (this.name !== "finishing") return;
    if (version === this.#version && this.#changing === 0) {
      this.#transition({ name: "complete" }, { event: "finished" });
    } else {
      this.#transition({ name: "pending" });
    }
  }

  #attemptFailed(error: unknown, underNewName: boolean): void {
    if (this.name !== "finishing") return;
    const isKept = underNewName || error instanceof UploadStoppedError;
    const failure = isKept ? this.failure : error;
    const next: State = failure === undefined ? { name: "pending" } : { name: "failed", failure };
    const isStopped = error instanceof UploadStoppedError;
    this.#transition(next, isStopped ? undefined : { event: "failed", error });
  }

  #transition(to: State, note?: Note): void {
    this.#checkNext(to.name);
    this.#state = to;
    if (note?.event === "finished") this.#journal.recordFinish();
    if (note?.event === "failed") this.#journal.recordFailure(describeError(note.error));
  }

  #checkNext(next: ContentStateName): void {
    if (NEXT[this.name].includes(next)) return;
    throw new Error(`a staged file that is ${this.name} cannot become ${next}`);
  }
}
