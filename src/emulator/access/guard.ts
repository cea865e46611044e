import { noPermission, removed } from "../http/problem.ts";
import type { AppSession, BaseSpaceFile, Tables, User } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import type { Grants, Guarded, GuardedNoun } from "./grants.ts";
import type { Right } from "./scopes.ts";

/** The service's word for each noun in its refusals. */
export const RESOURCE_WORDS: Readonly<Record<GuardedNoun | "appsessions" | "users", string>> = {
  projects: "Project",
  samples: "Sample",
  appresults: "AppResult",
  runs: "Run",
  datasets: "Dataset",
  biosamples: "BioSample",
  libraries: "Library",
  appsessions: "AppSession",
  users: "User",
};

/** Hands out entities to whoever may have them. @throws Problem 403, or 410 for what was removed. */
export class Guard {
  readonly grants: Grants;
  readonly #state: State;

  constructor(state: State, grants: Grants) {
    this.#state = state;
    this.grants = grants;
  }

  need<Noun extends GuardedNoun>(right: Right, noun: Noun, id: string): Tables[Noun] {
    const entity = this.#state.get(noun, id);
    if (entity === undefined || !this.grants.may(right, { noun, id })) {
      throw noPermission(right, RESOURCE_WORDS[noun]);
    }
    if (entity.removed === true) throw removed();
    return entity;
  }

  /** The service names a Run for an unknown file; recorded so. */
  needFile(right: Right, id: string): BaseSpaceFile {
    const file = this.#state.get("files", id);
    if (file === undefined) throw noPermission("read", "Run");
    if (!this.grants.mayOnParent(right, file.parent)) {
      const word = RESOURCE_WORDS[file.parent.noun];
      throw noPermission(right === "browse" ? "read" : right, word);
    }
    const parent = this.#state.get(file.parent.noun, file.parent.id);
    if (file.removed === true || parent?.removed === true) throw removed();
    return file;
  }

  /** `current` or the own Id: other users are nobody's business. */
  needOwnUser(id: string): User {
    if (id !== "current" && id !== this.grants.userId) throw noPermission("browse", "User");
    return this.#state.need("users", this.grants.userId);
  }

  knowsApplication(id: string): boolean {
    return this.#state.get("applications", id) !== undefined;
  }

  needSession(right: Right, id: string): AppSession {
    const session = this.#state.get("appsessions", id);
    if (session === undefined || !this.maySession(right, session)) {
      throw noPermission(right, RESOURCE_WORDS.appsessions);
    }
    if (session.removed === true) throw removed();
    return session;
  }

  /** A session is open to the app started for it and to its maker, and to read for whoever may see one of its results. */
  maySession(right: Right, session: AppSession): boolean {
    if (session.id === this.grants.token.appSessionId) return true;
    const isMaker = session.userId === this.grants.userId;
    if (isMaker && this.grants.mayGlobally(right)) return true;
    if (!isMaker && right !== "browse") return false;
    return this.#resultsOf(session.id).some((result) => this.grants.may(right, result));
  }

  #resultsOf(sessionId: string): Guarded[] {
    const { indexes } = this.#state;
    const all = (noun: GuardedNoun, ids: Iterable<string>): Guarded[] =>
      [...ids].map((id) => ({ noun, id }));
    return [
      ...all("appresults", indexes.appResultsOfSession(sessionId)),
      ...all("samples", indexes.samplesOfSession(sessionId)),
      ...all("datasets", indexes.datasetsOfSession(sessionId)),
    ];
  }
}
