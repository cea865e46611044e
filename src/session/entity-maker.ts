import type { BaseSpace } from "../api/client.ts";
import { ApiError } from "../api/transport/errors.ts";
import type { SessionStatus } from "../api/resources/session-status.ts";
import { collectionOf } from "../catalog/catalog.ts";
import type { Catalog, Entity, EntityCollection } from "../catalog/catalog.ts";
import { BsmountError } from "../core/errors.ts";
import type { ProjectId } from "../core/ids.ts";
import type { EntityMaker, StatusChange } from "../fs/writing.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import { type ResultFile, shownPathOf } from "../write/result-file.ts";
import {
  type SessionStaging,
  type RefuseElsewhere,
  refuseStaged,
  refuseResumableUploads,
} from "./ending-result.ts";
import type { NewResult } from "./new-result.ts";
import { newestByPath, type ShownFiles } from "./newest-by-path.ts";
import type { UnfinishedFilesPolicy } from "./temporary-files-policy.ts";
import { interruptedError, uploadsFailedError, temporaryNamesError } from "./unfinished-errors.ts";
import { StillOpenError } from "./still-open-error.ts";
import {
  discardTemporaryNames,
  failedFiles,
  interruptedFiles,
  keepTemporaryNames,
} from "./unfinished-files.ts";

export interface EntityMakerOptions {
  readonly client: BaseSpace;
  readonly catalog: Catalog;
  readonly staged: StagedFiles;
  /** What new app results get beside their names. @default nothing */
  readonly newResult?: Pick<NewResult, "fields">;
  /** Where this session and others stage what they write. */
  readonly staging: SessionStaging;
  /** The journals of copies that were begun, in files of this folder. */
  readonly transfersFolder: string;
  /** Asks other mounts before the status of a result changes. */
  readonly refuseElsewhere: RefuseElsewhere;
}

const STATUS_BY_NAME: ReadonlyMap<string, SessionStatus> = new Map(
  (["Running", "NeedsAttention", "TimedOut", "Complete", "Aborted"] as const).map((status) => [
    status.toLowerCase(),
    status,
  ]),
);

/** Makes entities and sets their status through the client, so that listings show it at once. */
export class ApiEntityMaker implements EntityMaker {
  readonly #client: BaseSpace;
  readonly #catalog: Catalog;
  readonly #files: StagedFiles;
  readonly #newResult: EntityMakerOptions["newResult"];
  readonly #staging: SessionStaging;
  readonly #transfersFolder: string;
  readonly #askElsewhere: RefuseElsewhere;
  #scopes: Promise<readonly string[] | undefined> | undefined;

  constructor(options: EntityMakerOptions) {
    this.#client = options.client;
    this.#catalog = options.catalog;
    this.#files = options.staged;
    this.#newResult = options.newResult;
    this.#staging = options.staging;
    this.#transfersFolder = options.transfersFolder;
    this.#askElsewhere = options.refuseElsewhere;
  }

  /** @inheritDoc */
  async create(collection: EntityCollection, name: string, signal: AbortSignal): Promise<void> {
    const { projectId } = collection;
    try {
      await this.#make(projectId, name, signal);
    } catch (error) {
      const mayBeDone = error instanceof ApiError && error.mayHaveSucceeded;
      if (!mayBeDone || !(await this.#isListed(collection, name, signal))) throw error;
    }
    this.#catalog.invalidate(collection);
  }

  /** @inheritDoc */
  async setStatus(
    appResult: Entity,
    change: StatusChange & UnfinishedFilesPolicy,
    signal: AbortSignal,
  ): Promise<void> {
    const status = statusOf(change.status ?? appResult.status ?? "");
    const { appSession, raw } = await this.#client.appResults.get(appResult.id, {
      signal,
    });
    if (appSession === undefined) {
      throw new BsmountError("not-supported", `app result ${appResult.id} has no session`);
    }
    const summary = change.summary ?? textOf(raw["StatusSummary"]);
    if (isFinal(textOf(raw["Status"]))) {
      refuseUnlessSame(appResult.name, raw, { status, summary });
      return;
    }
    await this.#refuseWhileOpen(appResult, status, signal);
    // From here on no file can be opened for writing in a result that will accept no more files.
    using _closing = isFinal(status) ? this.#files.writers.closing(appResult.id) : undefined;
    this.#refuseOpen(appResult, status, this.#files.writers.files(appResult.id));
    await this.#refuseElsewhere(appResult, status, signal);
    const { temporaryFiles = "refuse", uploadsInterrupted = false } = change;
    await this.#finishFiles(appResult, { status, temporaryFiles, uploadsInterrupted }, signal);
    await this.#client.appSessions.setStatus(appSession.id, { status, summary }, { signal });
    this.#catalog.invalidate(appResult);
    this.#forgetListing(raw);
  }

  /**
   * Asks once what the token allows. When the service does not say, or says that something can be written, the upload
   * will show whether this can.
   */
  async checkAccess(appResult: Entity, signal: AbortSignal): Promise<void> {
    this.#scopes ??= this.#client.users.tokenScopes({ signal }).then(
      ({ scopes }) => scopes,
      () => undefined,
    );
    const scopes = await this.#scopes;
    const mayWrite = scopes?.some(allowsWriting);
    // After a new sign-in the scopes can be others.
    if (mayWrite !== true) this.#scopes = undefined;
    if (mayWrite === false) {
      throw new BsmountError(
        "access-denied",
        `the access token may not write to app result ${appResult.id}`,
        { remedy: "sign in with a scope that allows it, such as CREATE GLOBAL or WRITE GLOBAL" },
      );
    }
  }

  async #make(projectId: ProjectId | undefined, name: string, signal: AbortSignal): Promise<void> {
    const { projects } = this.#client;
    if (projectId === undefined) await projects.create(name, { signal });
    else {
      const fields = (await this.#newResult?.fields(signal)) ?? {};
      await projects.createAppResult(projectId, { ...fields, name }, { signal });
    }
  }

  async #isListed(
    collection: EntityCollection,
    name: string,
    signal: AbortSignal,
  ): Promise<boolean> {
    this.#catalog.invalidate(collection);
    const entities = await this.#catalog.entities(collection, signal);
    return entities.some((entity) => entity.name === name);
  }

  /** The file of a program that is still writing would be complete too early, and could not be changed any more. */
  async #refuseWhileOpen(
    appResult: Entity,
    status: SessionStatus,
    signal: AbortSignal,
  ): Promise<void> {
    if (status === "Running") return;
    this.#refuseOpen(
      appResult,
      status,
      await this.#files.finishing.stillOpen(signal, appResult.id),
    );
  }

  #refuseOpen({ name }: Entity, status: SessionStatus, open: readonly ResultFile[]): void {
    if (status === "Running" || open.length === 0) return;
    throw new StillOpenError(`cannot make ${name} ${status}`, open.map(shownPathOf));
  }

  async #refuseElsewhere(
    appResult: Entity,
    status: SessionStatus,
    signal: AbortSignal,
  ): Promise<void> {
    if (status === "Running") return;
    const { apiServer } = this.#client;
    const what = `cannot make ${appResult.name} ${status}`;
    const result = { apiServer, appResultId: appResult.id, what };
    await this.#askElsewhere(result, signal);
    if (!isFinal(status)) return;
    const remoteFiles = async (): Promise<ShownFiles> => {
      this.#catalog.invalidate(appResult);
      return newestByPath(await this.#catalog.files(appResult, signal));
    };
    await refuseStaged(result, this.#staging, remoteFiles);
    // A copy into a result that is given up ends with it.
    if (status !== "Complete") return;
    await refuseResumableUploads(result, this.#transfersFolder, remoteFiles);
  }

  /** Files under temporary names are finished only when the caller says so; otherwise they would be lost. */
  async #finishFiles(
    { id, name }: Entity,
    {
      status,
      temporaryFiles,
      uploadsInterrupted,
    }: { readonly status: SessionStatus } & Required<UnfinishedFilesPolicy>,
    signal: AbortSignal,
  ): Promise<void> {
    if (status === "Running") return;
    if (temporaryFiles === "upload")
      await keepTemporaryNames(this.#files, { appResultId: id }, signal);
    if (temporaryFiles === "discard")
      await discardTemporaryNames(this.#files, { appResultId: id }, signal);
    await this.#closeInterrupted({ id, name }, { status, uploadsInterrupted });
    const temporary = this.#files.unfinished(id).filter(({ awaitsRename }) => awaitsRename);
    if (isFinal(status) && temporary.length > 0) {
      const paths = temporary.map(({ shownPath }) => shownPath);
      throw temporaryNamesError(`cannot make ${name} ${status}`, paths);
    }
    try {
      if (isFinal(status)) await this.#files.finishing.commitAll(id);
      await this.#files.finishing.finishAll(signal, id);
    } catch (error) {
      const failed = failedFiles(this.#files.unfinished(id));
      throw failed.length === 0
        ? error
        : uploadsFailedError(`cannot make ${name} ${status}`, failed);
    }
    if (isFinal(status)) this.#refuseUnfinished({ id, name }, status);
  }

  /** One that was renamed or written meanwhile may not be finished. */
  #refuseUnfinished({ id, name }: Pick<Entity, "id" | "name">, status: SessionStatus): void {
    const left = this.#files.unfinished(id).map(({ shownPath }) => shownPath);
    if (left.length > 0) throw uploadsFailedError(`cannot make ${name} ${status}`, left);
  }

  /** Nobody knows whether the end of an interrupted file is missing; so the caller decides. */
  async #closeInterrupted(
    { id, name }: Pick<Entity, "id" | "name">,
    {
      status,
      uploadsInterrupted,
    }: { readonly status: SessionStatus; readonly uploadsInterrupted: boolean },
  ): Promise<void> {
    const interrupted = interruptedFiles(this.#files.unfinished(id));
    if (uploadsInterrupted) for (const file of interrupted) await file.close();
    else if (isFinal(status) && interrupted.length > 0) {
      const paths = interrupted.map(({ shownPath }) => shownPath);
      throw interruptedError(`cannot make ${name} ${status}`, paths);
    }
  }

  #forgetListing(raw: Readonly<Record<string, unknown>>): void {
    const projects: unknown = raw["Projects"];
    for (const project of Array.isArray(projects) ? (projects as unknown[]) : []) {
      const { Id } = project as { readonly Id?: unknown };
      this.#catalog.invalidate(collectionOf("appresults", String(Id) as ProjectId));
    }
  }
}

/** Whether a scope is a `create` or `write` clause, whatever entity it is for; the service checks that. */
function allowsWriting(scope: string): boolean {
  return /^(WRITE|CREATE)\b/.test(scope);
}

function statusOf(text: string): SessionStatus {
  const status = STATUS_BY_NAME.get(text.toLowerCase().replaceAll("-", ""));
  if (status !== undefined) return status;
  throw new BsmountError("invalid", `${JSON.stringify(text)} is not a status of an app result`, {
    remedy: `one of: ${[...STATUS_BY_NAME.values()].join(", ")}`,
  });
}

function isFinal(status: string): boolean {
  return status === "Complete" || status === "Aborted";
}

/** The service would reply 409 to both; setting the same status again is what a caller does that is not sure. */
function refuseUnlessSame(
  name: string,
  raw: Readonly<Record<string, unknown>>,
  wanted: { readonly status: SessionStatus; readonly summary: string },
): void {
  const status = textOf(raw["Status"]);
  const isSame = status === wanted.status && textOf(raw["StatusSummary"]) === wanted.summary;
  if (isSame) return;
  const what = status === wanted.status ? "its summary" : "it";
  throw new BsmountError("read-only", `${name} is ${status}: ${what} can no longer change`, {
    remedy: "make a new app result",
  });
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
