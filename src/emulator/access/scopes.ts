/*
 * Scope strings: clauses separated by commas, in any case. `browse` shows metadata, `read` also content, `create`
 * only makes new entities, `write` includes all three for what the user owns.
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

/** Clauses that the service knows and that are not one of the four rights. */
const OTHER_CLAUSES =
  /^(create runs|start applications|movetotrash global|empty trash|audit (user|domain))$/;
const CLAUSE =
  /^(browse|read|write|create) (global|projects|(?:(project|sample|appresult|run) (\d+)))$/;

/** All clauses, which the ready line's token has. */
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

/** Splits a scope string into its clauses, in upper case, in order and without duplicates. */
export function scopeClauses(scopes: string): string[] {
  const clauses = scopes.split(",").map((clause) => clause.trim().replace(/\s+/g, " "));
  return [...new Set(clauses.filter((clause) => clause !== "").map((c) => c.toUpperCase()))];
}

/** Whether the service would grant the clause. */
export function isKnownClause(clause: string): boolean {
  return OTHER_CLAUSES.test(clause.toLowerCase()) || parseClause(clause) !== undefined;
}

/** Parses a clause; undefined for one of none of the four rights. */
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

/** Whether the right `granted` includes the right `required`. */
export function implies(granted: Right, required: Right): boolean {
  return IMPLIED[required].includes(granted);
}
