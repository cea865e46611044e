import type { Token } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { implies, parseClause, type Right, type Scope } from "./scopes.ts";

/** The nouns of entities to which scopes grant access. */
export type ProtectedNoun =
  "projects" | "samples" | "appresults" | "runs" | "datasets" | "biosamples" | "libraries";

/** An entity with an owner, to which scopes grant access. */
export interface ProtectedEntity {
  readonly noun: ProtectedNoun;
  readonly id: string;
}

const NOUN_OF_TARGET = {
  project: "projects",
  sample: "samples",
  appresult: "appresults",
  run: "runs",
} as const;

/** What a token may do: its scopes, restricted to what its user owns or can see through a share. */
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

  /** Whether the token has a clause outside the four rights, such as `start applications` or `empty trash`. */
  hasClause(clause: string): boolean {
    return this.token.scopes.includes(clause.toUpperCase());
  }

  mayCreateProjects(): boolean {
    return this.#scopes.some(
      ({ right, target }) =>
        target.kind === "projects" || (target.kind === "global" && implies(right, "create")),
    );
  }

  /** Users can see what they own or what is shared with them, but change only what they own. */
  may(right: Right, entity: ProtectedEntity): boolean {
    const changes = right === "write" || right === "create";
    return (changes ? this.#owns(entity) : this.#canSee(entity)) && this.#inScope(right, entity);
  }

  /** Whether the token has a right on the user's entities that belong to no project. */
  mayGlobally(right: Right): boolean {
    return this.#scopes.some((scope) => isGlobal(scope) && implies(scope.right, right));
  }

  #inScope(right: Right, entity: ProtectedEntity): boolean {
    const targets = [entity, ...scopeParentsOf(this.#state, entity)];
    return this.#scopes.some(
      (scope) =>
        implies(scope.right, right) &&
        (isGlobal(scope) || targets.some((target) => isTargetOf(scope, target))),
    );
  }

  #owns(entity: ProtectedEntity): boolean {
    return this.#state.get(entity.noun, entity.id)?.ownerId === this.userId;
  }

  #canSee(entity: ProtectedEntity): boolean {
    return [entity, ...scopeParentsOf(this.#state, entity)].some(
      (each) => this.#owns(each) || this.#isShared(each),
    );
  }

  #isShared({ noun, id }: ProtectedEntity): boolean {
    if (noun !== "projects" && noun !== "runs") return false;
    return this.#state.get(noun, id)?.sharedWith.includes(this.userId) ?? false;
  }
}

/** An entity in a project inherits the scopes and shares of the project. */
function scopeParentsOf(state: State, { noun, id }: ProtectedEntity): ProtectedEntity[] {
  const projectId = projectOf(state, noun, id);
  return projectId === undefined ? [] : [{ noun: "projects", id: projectId }];
}

function projectOf(state: State, noun: ProtectedNoun, id: string): string | undefined {
  if (noun === "projects" || noun === "runs") return undefined;
  if (noun === "biosamples") return state.get(noun, id)?.defaultProjectId;
  return state.get(noun, id)?.projectId;
}

function isGlobal({ target }: Scope): boolean {
  return target.kind === "global";
}

function isTargetOf({ target }: Scope, entity: ProtectedEntity): boolean {
  if (target.kind === "global" || target.kind === "projects") return false;
  return NOUN_OF_TARGET[target.kind] === entity.noun && target.id === entity.id;
}
