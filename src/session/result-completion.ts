import type { BaseSpace } from "../api/client.ts";
import type { AppResult } from "../api/models/app-result.ts";
import { abandonOnAbort } from "../core/abort.ts";
import { BsmountError, describeError, reasonOf } from "../core/errors.ts";
import type { AppResultId, AppSessionId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import { isFinalStatus } from "../fs/writable-folder.ts";
import { pathOf } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";
import type { ApiEntityMaker } from "./entity-maker.ts";
import { namedFiles } from "./unfinished-errors.ts";
import type { UsedResults } from "./used-results.ts";

/*
 * `--complete-on-unmount`. A result that is Complete takes no more files, for ever. So only one that is Running is
 * completed, of which every file is finished, and only when the mount ends as its user wanted it to end.
 */

/** What became of the app results of a mount that has ended. Those that somebody else has ended are left out. */
export interface CompletionOutcome {
  /** Paths in the mount of results that are Complete now. */
  readonly completed: readonly string[];
  readonly notCompleted: readonly NotCompleted[];
}

export interface NotCompleted {
  readonly path: string;
  readonly why: string;
}

/** How long it may take, in milliseconds, as for the uploads at the end of a mount. */
const LIMIT_MS = 5 * 60_000;

export interface ResultCompletionOptions {
  /** Otherwise nothing is completed. */
  readonly isWanted: boolean;
  readonly used: UsedResults;
  readonly client: BaseSpace;
  readonly tree: PathTree;
  readonly maker: ApiEntityMaker;
  readonly logger: Logger;
  /** Aborts when the session is to end at once. */
  readonly hurry: AbortSignal;
}

/** Completes the used results of a session, once. */
export class ResultCompletion {
  readonly #options: ResultCompletionOptions;
  readonly #endedSessions = new Set<AppSessionId>();
  #outcome: Promise<CompletionOutcome> | undefined;

  constructor(options: ResultCompletionOptions) {
    this.#options = options;
  }

  /** Never rejects; a second call, also of {@link leave}, returns what the first one returned. */
  async complete(): Promise<CompletionOutcome> {
    this.#outcome ??= this.#completeAll();
    return await this.#outcome;
  }

  /** Completes nothing, and returns what it would have completed as far as is known here. */
  async leave(why: string): Promise<CompletionOutcome> {
    const { used, isWanted } = this.#options;
    const results = isWanted ? used.all() : [];
    const notCompleted = results.map(([, path]) => ({ path, why }));
    this.#outcome ??= Promise.resolve({ completed: [], notCompleted });
    return await this.#outcome;
  }

  async #completeAll(): Promise<CompletionOutcome> {
    const { used, isWanted, logger, hurry } = this.#options;
    const completed: string[] = [];
    const notCompleted: NotCompleted[] = [];
    const signal = AbortSignal.any([AbortSignal.timeout(LIMIT_MS), hurry]);
    for (const [id, path] of isWanted ? used.all() : []) {
      try {
        const shown = await abandonOnAbort(this.#completeOne(id, path, signal), signal);
        if (shown !== undefined) completed.push(shown);
      } catch (error) {
        notCompleted.push({ path, why: describeError(error) });
        logger.error({ path, error: describeError(error) }, "the app result was not completed");
      }
    }
    for (const path of completed) logger.info({ path }, "the app result is Complete");
    return { completed, notCompleted };
  }

  /** Returns the path of a result that is Complete now because of this session; undefined if somebody else ended it. */
  async #completeOne(
    id: AppResultId,
    path: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { client } = this.#options;
    const found = await client.appResults.get(id, { signal }).catch((error: unknown) => {
      // Somebody has deleted it.
      if (reasonOf(error) === "not-found") return undefined;
      throw error;
    });
    if (found === undefined) return undefined;
    const { appSession, name, status = "" } = found;
    if (appSession === undefined) throw noSessionError(name);
    if (isFinalStatus(status)) return this.#endedSessions.has(appSession.id) ? path : undefined;
    if (status !== "Running") throw notRunningError(name, status);
    await this.#refuseShared(name, appSession.id, signal);
    return await this.#end(found, appSession.id, signal);
  }

  async #end(
    { id, projects = [] }: AppResult,
    sessionId: AppSessionId,
    signal: AbortSignal,
  ): Promise<string> {
    const { tree, maker } = this.#options;
    const path = `/projects/${projects[0]?.id}/appresults/${id}`;
    const node = await tree.resolve(path, signal);
    if (node.kind !== "entity") throw new BsmountError("not-found", `${path} is no app result`);
    await maker.setStatus(node.entity, { status: "Complete", leavesUncommitted: true }, signal);
    this.#endedSessions.add(sessionId);
    return pathOf(node);
  }

  /** All results of a session end at once, and others may still be written elsewhere. */
  async #refuseShared(name: string, sessionId: AppSessionId, signal: AbortSignal): Promise<void> {
    const { used, maker } = this.#options;
    const own = new Set(used.all().map(([id]) => id));
    const results = await maker.resultsOf(sessionId, signal);
    if (results === undefined) throw unlistedError(name);
    const others = results.filter(({ id }) => !own.has(id));
    if (others.length > 0)
      throw sharedError(
        name,
        others.map((other) => other.name),
      );
  }
}

function sharedError(name: string, others: readonly string[]): BsmountError {
  const results = others.length === 1 ? "an app result that was" : "app results that were";
  const problem = `the session of ${name} has ${results} not made or written on this mount: ${namedFiles(others)}`;
  return new BsmountError("unfinished", problem, {
    remedy: "bsmount complete PATH, when all of them are finished",
  });
}

/** What else would end with it is not known. */
function unlistedError(name: string): BsmountError {
  const problem = `BaseSpace does not list which app results are in the session of ${name}`;
  return new BsmountError("unfinished", problem, {
    remedy: "bsmount complete PATH, when all of them are finished",
  });
}

function noSessionError(name: string): BsmountError {
  return new BsmountError("not-supported", `${name} has no app session whose status could be set`);
}

/** Somebody has marked it, for example for a person to look at. */
function notRunningError(name: string, status: string): BsmountError {
  return new BsmountError(
    "unfinished",
    `${name} is ${status}, and only what is Running is completed`,
    {
      remedy: "bsmount complete PATH",
    },
  );
}
