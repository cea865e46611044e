import { noPermissionProblem, removedProblem } from "../http/problem.ts";
import type { AppSession, BaseSpaceFile, Tables, User } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import type { Grants, ProtectedEntity, ProtectedNoun } from "./grants.ts";
import type { Right } from "./scopes.ts";

/** The name that the service uses for each noun in its refusals. */
export const RESOURCE_NAMES: Readonly<Record<ProtectedNoun | "appsessions" | "users", string>> = {
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

/** Returns entities if the token may use them. @throws Problem 403, or 410 for a removed entity */
export class Guard {
  readonly grants: Grants;
  readonly #state: State;

  constructor(state: State, grants: Grants) {
    this.#state = state;
    this.grants = grants;
  }

  need<Noun extends ProtectedNoun>(right: Right, noun: Noun, id: string): Tables[Noun] {
    const entity = this.#state.get(noun, id);
    if (entity === undefined || !this.grants.may(right, { noun, id })) {
      throw noPermissionProblem(right, RESOURCE_NAMES[noun]);
    }
    if (entity.removed === true) throw removedProblem();
    return entity;
  }

  /** For an unknown file the service names a Run, as recorded. */
  needFile(right: Right, id: string): BaseSpaceFile {
    const file = this.#state.get("files", id);
    if (file === undefined) throw noPermissionProblem("read", "Run");
    if (!this.grants.may(right, file.parent)) {
      const name = RESOURCE_NAMES[file.parent.noun];
      throw noPermissionProblem(right === "browse" ? "read" : right, name);
    }
    const parent = this.#state.get(file.parent.noun, file.parent.id);
    if (file.removed === true || parent?.removed === true) throw removedProblem();
    return file;
  }

  /** Accepts `current` or the caller's Id; other users are not accessible. */
  needCurrentUser(id: string): User {
    if (id !== "current" && id !== this.grants.userId) throw noPermissionProblem("browse", "User");
    return this.#state.need("users", this.grants.userId);
  }

  knowsApplication(id: string): boolean {
    return this.#state.get("applications", id) !== undefined;
  }

  needSession(right: Right, id: string): AppSession {
    const session = this.#state.get("appsessions", id);
    if (session === undefined || !this.mayAccessSession(right, session)) {
      throw noPermissionProblem(right, RESOURCE_NAMES.appsessions);
    }
    if (session.removed === true) throw removedProblem();
    return session;
  }

  /** A session is accessible to its app's token and its creator, and readable with the right to see one of its results. */
  mayAccessSession(right: Right, session: AppSession): boolean {
    if (session.id === this.grants.token.appSessionId) return true;
    const isCreator = session.userId === this.grants.userId;
    if (isCreator && this.grants.mayGlobally(right)) return true;
    if (!isCreator && right !== "browse") return false;
    return this.#resultsOf(session.id).some((result) => this.grants.may(right, result));
  }

  #resultsOf(sessionId: string): ProtectedEntity[] {
    const { indexes } = this.#state;
    const all = (noun: ProtectedNoun, ids: Iterable<string>): ProtectedEntity[] =>
      [...ids].map((id) => ({ noun, id }));
    return [
      ...all("appresults", indexes.appResultsOfSession(sessionId)),
      ...all("samples", indexes.samplesOfSession(sessionId)),
      ...all("datasets", indexes.datasetsOfSession(sessionId)),
    ];
  }
}
