import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../core/clock.ts";
import { compareIds } from "../core/compare-ids.ts";
import type { AppResultId, FileId } from "../core/ids.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import type { WriteMode } from "../core/write-mode.ts";
import { ensurePrivateFolder } from "../linux/private-folder.ts";
import type { JournalOwner } from "./journal.ts";
import { localDisk } from "./local-disk.ts";
import type { ResultFile } from "./result-file.ts";
import type { HiddenFile, ResultEvent } from "./result-events.ts";
import { ResultLog } from "./result-log.ts";

/*
 * BaseSpace cannot delete a file. A file that was removed on a mount has a whiteout: it stays in BaseSpace, and this
 * machine does not show it any more. Whiteouts name files by their Id, so a new file of the same path is shown. They are
 * in one log for each app result, which all mounts and commands of a user read.
 */

/** How often a log is looked at for what other processes have written. */
const CHECK_MS = 1000;

export interface WhiteoutsOptions {
  /** Where the logs are. */
  readonly folder: string;
  /** The server and user that the app results belong to. */
  readonly owner: JournalOwner;
  readonly clock: Clock;
  /** As that of {@link ResultLog}. */
  readonly compactBytes?: number;
  /** Called with the changes of an app result, in order. */
  readonly onChange: (appResultId: AppResultId, change: WhiteoutChange) => void;
}

export interface WhiteoutChange {
  readonly kind: "covered" | "uncovered";
  readonly file: HiddenFile;
  /** Whether this process did it. */
  readonly isOwn: boolean;
}

/** Which files of BaseSpace are not shown, and the write mode that an app result has of its own. */
export class Whiteouts {
  readonly #options: WhiteoutsOptions;
  readonly #results = new Map<AppResultId, KnownResult>();

  constructor(options: WhiteoutsOptions) {
    this.#options = options;
  }

  /**
   * Returns when what other processes wrote of the app result, more than a second ago, is known here.
   * @throws BsmountError `environment` when that cannot be read: removed files must not come back unasked
   */
  upToDate(appResultId: AppResultId): MaybePromise<void> {
    const result = this.#result(appResultId);
    const { clock } = this.#options;
    if (clock.now() - result.checkedMs < CHECK_MS) return undefined;
    return this.#check(appResultId, result);
  }

  /** The write mode of the app result alone, as far as {@link upToDate} knows. */
  writeMode(appResultId: AppResultId): WriteMode | undefined {
    return this.#results.get(appResultId)?.writeMode;
  }

  /** From now on files of the app result are finished as `mode` says; undefined: as the mount says. */
  async setWriteMode(appResultId: AppResultId, mode: WriteMode | undefined): Promise<void> {
    const event = { event: "write-mode", ...(mode === undefined ? {} : { mode }) } as const;
    await this.#append(appResultId, [event]);
  }

  /**
   * Hides files of an app result. Returns when that survives the end of the process.
   * @param at the app result, as the mount shows it
   * @throws BsmountError `no-space`, `environment`; then nothing is hidden
   */
  async cover(
    { appResultId, resultPath }: Pick<ResultFile, "appResultId" | "resultPath">,
    files: readonly HiddenFile[],
  ): Promise<void> {
    const at = new Date(this.#options.clock.now()).toISOString();
    const { hidden } = this.#result(appResultId);
    const once = new Map(files.map((file) => [file.id, file]));
    const events = [...once.values()]
      .filter(({ id }) => !hidden.has(id))
      .map(({ id, path }) => ({ event: "hidden", id, path, resultPath, at }) as const);
    await this.#append(appResultId, events);
  }

  /** Shows files again. Those that are not hidden are ignored. @throws as {@link cover} */
  async uncover(appResultId: AppResultId, ids: readonly FileId[]): Promise<void> {
    const { hidden } = this.#result(appResultId);
    const files = ids.map((id) => hidden.get(id)).filter((file) => file !== undefined);
    const events = files.map(({ id, path }) => ({ event: "restored", id, path }) as const);
    await this.#append(appResultId, events);
  }

  /** The newest of the hidden versions of a path; null if there are none. */
  newestHidden(appResultId: AppResultId, path: string): FileId | null {
    return this.#results.get(appResultId)?.newestHidden.get(path) ?? null;
  }

  isHidden(appResultId: AppResultId, id: FileId): boolean {
    return this.#results.get(appResultId)?.hidden.has(id) === true;
  }

  async #append(appResultId: AppResultId, events: readonly ResultEvent[]): Promise<void> {
    if (events.length === 0) return;
    const { folder } = this.#options;
    await localDisk({ what: "make a folder for", path: folder }, async () => {
      await ensurePrivateFolder(folder);
    });
    const result = this.#result(appResultId);
    for (const event of events) if (event.event !== "write-mode") result.own.add(event.id);
    await result.log.append(events);
    await this.#check(appResultId, result);
  }

  async #check(appResultId: AppResultId, result: KnownResult): Promise<void> {
    // One at a time: two readers would take the same lines for news.
    const before = result.checking;
    const checking = (async () => {
      await before?.catch(() => {});
      await this.#read(appResultId, result);
    })();
    result.checking = checking;
    await checking;
  }

  async #read(appResultId: AppResultId, result: KnownResult): Promise<void> {
    const now = this.#options.clock.now();
    const { isAnew, events } = await result.log.news();
    if (isAnew) this.#uncoverOthers(appResultId, result, events);
    for (const event of events) {
      if (event.event === "write-mode") result.writeMode = event.mode;
      else this.#apply(appResultId, event.event === "hidden" ? "covered" : "uncovered", event);
    }
    result.checkedMs = now;
  }

  /** The log was removed, or is continued in another file: what it does not say any more does not hold. */
  #uncoverOthers(
    appResultId: AppResultId,
    result: KnownResult,
    events: readonly ResultEvent[],
  ): void {
    const named = new Set(events.map((event) => (event.event === "hidden" ? event.id : undefined)));
    for (const file of result.hidden.values())
      if (!named.has(file.id)) this.#apply(appResultId, "uncovered", file);
    result.writeMode = undefined;
  }

  #apply(appResultId: AppResultId, kind: WhiteoutChange["kind"], file: HiddenFile): void {
    const { hidden, newestHidden } = this.#result(appResultId);
    const { id, path } = file;
    if (hidden.has(id) === (kind === "covered")) return;
    if (kind === "covered") hidden.set(id, { id, path });
    else hidden.delete(id);
    // One that is shown again is still older than what comes now.
    const newest = newestHidden.get(path);
    if (newest === undefined || compareIds(id, newest) > 0) newestHidden.set(path, id);
    const isOwn = this.#result(appResultId).own.delete(id);
    this.#options.onChange(appResultId, { kind, file: { id, path }, isOwn });
  }

  #result(appResultId: AppResultId): KnownResult {
    const known = this.#results.get(appResultId);
    if (known !== undefined) return known;
    const { folder, owner, compactBytes } = this.#options;
    const path = join(folder, logName(owner, appResultId));
    const log = new ResultLog(path, compactBytes === undefined ? {} : { compactBytes });
    const result = {
      log,
      hidden: new Map(),
      newestHidden: new Map(),
      own: new Set<FileId>(),
      checkedMs: -Infinity,
    };
    this.#results.set(appResultId, result);
    return result;
  }
}

interface KnownResult {
  readonly log: ResultLog;
  readonly hidden: Map<FileId, HiddenFile>;
  /** Those that this process has just written about. */
  readonly own: Set<FileId>;
  /** By path. */
  readonly newestHidden: Map<string, FileId>;
  writeMode?: WriteMode | undefined;
  checkedMs: number;
  checking?: Promise<void> | undefined;
}

/** Ids come from the service, and can have any characters. */
function logName({ apiServer, userId }: JournalOwner, appResultId: AppResultId): string {
  const owner = JSON.stringify([apiServer, userId, appResultId]);
  return `${createHash("sha256").update(owner).digest("hex").slice(0, 32)}.log`;
}
