import type { Parent, Token } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { implies, parseClause, type Right, type Scope } from "./scopes.ts";

/** Nouns whose access is decided by scopes. */
export type GuardedNoun =
  "projects" | "samples" | "appresults" | "runs" | "datasets" | "biosamples" | "libraries";

/** A thing with an owner, and the things that lend it their scopes. */
export interface Guarded {
  readonly noun: GuardedNoun;
  readonly id: string;
}

const TARGETS = {
  project: "projects",
  sample: "samples",
  appresult: "appresults",
  run: "runs",
} as const;

/** What a token may do: its scopes met with what its user owns or was given a share of. */
export class Grants {
  readonly token: Token;
  readonly #state: State;
  readonly #scopes: readonly Scope[];

  constructor(state: State, token: Token) {
    this.#state = state;
    this.token = token;
    this.#scopes = [...token.scopes, ...token.granted]
      .map(parseClause)
      .filter((scope) => scope !== undefined);
  }

  get userId(): string {
    return this.token.userId;
  }

  /** Rights beside the four: `start applications`, `movetotrash global`, `empty trash`. */
  holds(clause: string): boolean {
    return this.token.scopes.includes(clause.toUpperCase());
  }

  mayCreateProjects(): boolean {
    return this.#scopes.some(
      ({ right, target }) =>
        target.kind === "projects" || (target.kind === "global" && implies(right, "create")),
    );
  }

  /** A user sees what is his or shared with him, but changes only what is his. */
  may(right: Right, thing: Guarded): boolean {
    const changes = right === "write" || right === "create";
    return (changes ? this.#owns(thing) : this.#sees(thing)) && this.#inScope(right, thing);
  }

  mayOnParent(right: Right, parent: Parent): boolean {
    return this.may(right, parent);
  }

  /** For things of the user's own that belong to no project. */
  mayGlobally(right: Right): boolean {
    return this.#scopes.some((scope) => isGlobal(scope) && implies(scope.right, right));
  }

  #inScope(right: Right, thing: Guarded): boolean {
    const lenders = [thing, ...lendersOf(this.#state, thing)];
    return this.#scopes.some(
      (scope) =>
        implies(scope.right, right) &&
        (isGlobal(scope) || lenders.some((lender) => aimsAt(scope, lender))),
    );
  }

  #owns(thing: Guarded): boolean {
    return this.#state.get(thing.noun, thing.id)?.ownerId === this.userId;
  }

  #sees(thing: Guarded): boolean {
    return [thing, ...lendersOf(this.#state, thing)].some(
      (each) => this.#owns(each) || this.#isShared(each),
    );
  }

  #isShared({ noun, id }: Guarded): boolean {
    if (noun !== "projects" && noun !== "runs") return false;
    return this.#state.get(noun, id)?.sharedWith.includes(this.userId) ?? false;
  }
}

/** Whatever lies in a project inherits from it. */
function lendersOf(state: State, { noun, id }: Guarded): Guarded[] {
  const projectId = projectOf(state, noun, id);
  return projectId === undefined ? [] : [{ noun: "projects", id: projectId }];
}

function projectOf(state: State, noun: GuardedNoun, id: string): string | undefined {
  if (noun === "projects" || noun === "runs") return undefined;
  if (noun === "biosamples") return state.get(noun, id)?.defaultProjectId;
  return state.get(noun, id)?.projectId;
}

function isGlobal({ target }: Scope): boolean {
  return target.kind === "global";
}

function aimsAt({ target }: Scope, thing: Guarded): boolean {
  if (target.kind === "global" || target.kind === "projects") return false;
  return TARGETS[target.kind] === thing.noun && target.id === thing.id;
}
