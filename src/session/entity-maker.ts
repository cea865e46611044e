import type { BaseSpace } from "../api/client.ts";
import type { AppResult } from "../api/models/app-result.ts";
import { ApiError } from "../api/transport/errors.ts";
import type { SessionStatus } from "../api/resources/session-status.ts";
import { collectionOf } from "../catalog/catalog.ts";
import type { Catalog, Entity, EntityCollection } from "../catalog/catalog.ts";
import { compareIds } from "../core/compare-ids.ts";
import { isFinalStatus } from "../fs/writable-folder.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { AppSessionId, ProjectId } from "../core/ids.ts";
import type { EntityMaker, StatusChange } from "../fs/writing.ts";
import { encodeName } from "../tree/encoding.ts";
import type { NewResult } from "./new-result.ts";
import { ResultPreparation, type ResultPreparationOptions } from "./result-preparation.ts";
import type { UnfinishedFilesPolicy } from "./temporary-files-policy.ts";
import type { UsedResults } from "./used-results.ts";

export interface EntityMakerOptions extends Omit<ResultPreparationOptions, "apiServer"> {
  readonly client: BaseSpace;
  /** What new app results get beside their names. @default nothing */
  readonly newResult?: Pick<NewResult, "fields">;
  /** Is told which app results were made. */
  readonly used?: Pick<UsedResults, "add">;
  /** Looks for a token that allows more; returns whether there is another one. @default there is none */
  readonly rereadToken?: (signal: AbortSignal) => Promise<boolean>;
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
  readonly #preparation: ResultPreparation;
  readonly #newResult: EntityMakerOptions["newResult"];
  readonly #used: EntityMakerOptions["used"];
  readonly #rereadToken: NonNullable<EntityMakerOptions["rereadToken"]>;
  #scopes: Promise<readonly string[] | undefined> | undefined;

  constructor(options: EntityMakerOptions) {
    this.#client = options.client;
    this.#catalog = options.catalog;
    const { apiServer } = options.client;
    this.#preparation = new ResultPreparation({ ...options, apiServer });
    this.#newResult = options.newResult;
    this.#used = options.used;
    this.#rereadToken = options.rereadToken ?? (async () => false);
  }

  /** @inheritDoc */
  async create(collection: EntityCollection, name: string, signal: AbortSignal): Promise<void> {
    const { projectId } = collection;
    let id: string;
    try {
      id = await this.#make(projectId, name, signal);
    } catch (error) {
      const mayBeDone = error instanceof ApiError && error.mayHaveSucceeded;
      const made = mayBeDone ? await this.#listedId(collection, name, signal) : undefined;
      if (made === undefined) throw error;
      id = made;
    }
    if (projectId !== undefined) {
      this.#used?.add(id, `/projects/${projectId}/appresults/${encodeName(name)}`);
    }
    this.#catalog.invalidate(collection);
  }

  /** @inheritDoc */
  async setStatus(
    appResult: Entity,
    change: StatusChange & UnfinishedFilesPolicy,
    signal: AbortSignal,
  ): Promise<void> {
    await this.changeStatus(appResult, change, signal);
  }

  /** As {@link setStatus}; returns the other app results that have ended with it. */
  async changeStatus(
    appResult: Entity,
    change: StatusChange & UnfinishedFilesPolicy,
    signal: AbortSignal,
  ): Promise<readonly Entity[]> {
    const status = statusOf(change.status ?? appResult.status ?? "");
    const { appSession, raw } = await this.#client.appResults.get(appResult.id, {
      signal,
    });
    if (appSession === undefined) {
      throw new BsmountError("not-supported", `app result ${appResult.id} has no session`);
    }
    const summary = change.summary ?? textOf(raw["StatusSummary"]);
    if (isFinalStatus(textOf(raw["Status"]))) {
      refuseUnlessSame(appResult.name, raw, { status, summary });
      return [];
    }
    const others = isFinalStatus(status)
      ? await this.#others(appResult, appSession.id, signal)
      : [];
    const plan = { ...change, status, what: `cannot make ${appResult.name} ${status}` };
    using _closing = await this.#preparation.prepare([appResult, ...others], plan, signal);
    await this.#client.appSessions.setStatus(appSession.id, { status, summary }, { signal });
    this.#catalog.invalidate(appResult);
    this.#forgetListing(raw);
    for (const other of others) {
      this.#catalog.invalidate(other);
      this.#forgetListing(other.raw);
    }
    return others;
  }

  /**
   * Asks once what the token allows. When the service does not say, or says that something can be written, the upload
   * will show whether this can.
   */
  async checkAccess(appResult: Entity, signal: AbortSignal): Promise<void> {
    let mayWrite = await this.#mayWrite(signal);
    // The service has refused nothing so far, so nobody has looked for the token of a new sign-in.
    if (mayWrite === false && (await this.#rereadToken(signal)))
      mayWrite = await this.#mayWrite(signal);
    if (mayWrite === false) {
      throw new BsmountError(
        "access-denied",
        `the access token may not write to app result ${appResult.id}`,
        { remedy: "sign in with a scope that allows it, such as CREATE GLOBAL or WRITE GLOBAL" },
      );
    }
  }

  /** Undefined when the service does not say. */
  async #mayWrite(signal: AbortSignal): Promise<boolean | undefined> {
    this.#scopes ??= this.#client.users.tokenScopes({ signal }).then(
      ({ scopes }) => scopes,
      () => undefined,
    );
    const scopes = await this.#scopes;
    const mayWrite = scopes?.some(allowsWriting);
    // After a new sign-in the scopes can be others.
    if (mayWrite !== true) this.#scopes = undefined;
    return mayWrite;
  }

  /** Returns the Id. */
  async #make(
    projectId: ProjectId | undefined,
    name: string,
    signal: AbortSignal,
  ): Promise<string> {
    const { projects } = this.#client;
    if (projectId === undefined) return (await projects.create(name, { signal })).id;
    const fields = (await this.#newResult?.fields(signal)) ?? {};
    return (await projects.createAppResult(projectId, { ...fields, name }, { signal })).id;
  }

  async #listedId(
    collection: EntityCollection,
    name: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    this.#catalog.invalidate(collection);
    const entities = await this.#catalog.entities(collection, signal);
    // Names are not unique, and the new one has the greatest Id.
    const named = entities.filter((entity) => entity.name === name).map(({ id }) => id);
    return named.toSorted(compareIds).at(-1);
  }

  /** The app results of a session; undefined when the service does not say. */
  async resultsOf(
    sessionId: AppSessionId,
    signal: AbortSignal,
  ): Promise<readonly AppResult[] | undefined> {
    try {
      return await this.#client.appSessions.appResults(sessionId).all({ signal });
    } catch (error) {
      if (["not-found", "access-denied"].includes(reasonOf(error))) return undefined;
      throw error;
    }
  }

  /** The other app results of the session, which end with it, as far as the service says. */
  async #others(
    { id }: Entity,
    sessionId: AppSessionId,
    signal: AbortSignal,
  ): Promise<readonly Entity[]> {
    const others: Entity[] = [];
    for (const other of (await this.resultsOf(sessionId, signal)) ?? []) {
      if (other.id !== id) others.push(await this.#catalog.entity("appresult", other.id, signal));
    }
    return others;
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
