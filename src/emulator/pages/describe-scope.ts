import { parseClause, type ScopeTarget } from "../access/scopes.ts";

const GLOBAL_RIGHTS = {
  browse: "See names and details of all your projects, samples, results and runs",
  read: "Download all your files",
  write: "Change and add to everything you own",
  create: "Add results and runs to everything you own",
} as const;

const TARGETED_RIGHTS = {
  browse: "See names and details in",
  read: "Download the files of",
  write: "Change and add to",
  create: "Add to",
} as const;

const OTHER_CLAUSES: Readonly<Record<string, string>> = {
  "CREATE PROJECTS": "Create projects",
  "CREATE RUNS": "Create runs",
  "START APPLICATIONS": "Start applications",
  "MOVETOTRASH GLOBAL": "Move sessions and their results to the trash",
  "EMPTY TRASH": "Empty the trash",
  "AUDIT USER": "See the history of your account",
  "AUDIT DOMAIN": "See the history of your domain",
};

/** Describes a clause of a scope for the user who approves it. */
export function describeScope(clause: string): string {
  const scope = parseClause(clause);
  if (scope === undefined || scope.target.kind === "projects")
    return OTHER_CLAUSES[clause] ?? clause;
  if (scope.target.kind === "global") return GLOBAL_RIGHTS[scope.right];
  return `${TARGETED_RIGHTS[scope.right]} ${describeTarget(scope.target)}`;
}

function describeTarget(target: ScopeTarget & { readonly id: string }): string {
  const noun = target.kind === "appresult" ? "app result" : target.kind;
  return `${noun} ${target.id}`;
}
