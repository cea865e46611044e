/*
 * Scope strings: clauses separated by commas, no matter in which case. `browse` shows metadata, `read`
 * also content, `create` nothing but making new things, `write` all three on what the user owns.
 */

export type Right = "browse" | "read" | "write" | "create";

export type ScopeTarget =
  | { readonly kind: "global" }
  | { readonly kind: "projects" }
  | { readonly kind: "project" | "sample" | "appresult" | "run"; readonly id: string };

export interface Scope {
  readonly right: Right;
  readonly target: ScopeTarget;
}

/** Rights that the service knows and that need nothing of the emulator. */
const OTHER_CLAUSES =
  /^(create runs|start applications|movetotrash global|empty trash|audit (user|domain))$/;
const CLAUSE =
  /^(browse|read|write|create) (global|projects|(?:(project|sample|appresult|run) (\d+)))$/;

/** Every right there is: what the emulator's own token has. */
export const ALL_SCOPES: readonly string[] = [
  "BROWSE GLOBAL",
  "READ GLOBAL",
  "WRITE GLOBAL",
  "CREATE GLOBAL",
  "CREATE PROJECTS",
  "CREATE RUNS",
  "START APPLICATIONS",
  "MOVETOTRASH GLOBAL",
  "EMPTY TRASH",
  "AUDIT USER",
];

/** The clauses of a scope string in upper case, in order, each once. */
export function scopeClauses(scopes: string): string[] {
  const clauses = scopes.split(",").map((clause) => clause.trim().replace(/\s+/g, " "));
  return [...new Set(clauses.filter((clause) => clause !== "").map((c) => c.toUpperCase()))];
}

/** True for clauses that the service would grant. */
export function isKnownClause(clause: string): boolean {
  return OTHER_CLAUSES.test(clause.toLowerCase()) || parseClause(clause) !== undefined;
}

/** What a clause allows; undefined for one that concerns none of the four rights. */
export function parseClause(clause: string): Scope | undefined {
  const match = CLAUSE.exec(clause.toLowerCase());
  if (match === null) return undefined;
  const right = match[1] as Right;
  if (match[2] === "global") return { right, target: { kind: "global" } };
  if (match[2] === "projects") {
    return right === "create" ? { right, target: { kind: "projects" } } : undefined;
  }
  const kind = match[3] as "project" | "sample" | "appresult" | "run";
  return { right, target: { kind, id: match[4] ?? "" } };
}

const IMPLIED: Readonly<Record<Right, readonly Right[]>> = {
  browse: ["browse", "read", "write"],
  read: ["read", "write"],
  write: ["write"],
  create: ["create", "write"],
};

/** Whether holding `held` is enough where `wanted` is asked. */
export function implies(held: Right, wanted: Right): boolean {
  return IMPLIED[wanted].includes(held);
}
