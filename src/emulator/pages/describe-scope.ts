import { parseClause, type ScopeTarget } from "../access/scopes.ts";

const GLOBAL_WORDS = {
  browse: "See names and details of all your projects, samples, results and runs",
  read: "Download all your files",
  write: "Change and add to everything you own",
  create: "Add results and runs to everything you own",
} as const;

const RIGHT_WORDS = {
  browse: "See names and details in",
  read: "Download the files of",
  write: "Change and add to",
  create: "Add to",
} as const;

const OTHER_WORDS: Readonly<Record<string, string>> = {
  "CREATE PROJECTS": "Make new projects",
  "CREATE RUNS": "Make new runs",
  "START APPLICATIONS": "Start applications",
  "MOVETOTRASH GLOBAL": "Move things to the trash",
  "EMPTY TRASH": "Empty the trash",
  "AUDIT USER": "See the history of your account",
  "AUDIT DOMAIN": "See the history of your domain",
};

/** What a clause allows, as its user understands it. */
export function scopeWords(clause: string): string {
  const scope = parseClause(clause);
  if (scope === undefined || scope.target.kind === "projects") return OTHER_WORDS[clause] ?? clause;
  if (scope.target.kind === "global") return GLOBAL_WORDS[scope.right];
  return `${RIGHT_WORDS[scope.right]} ${targetWords(scope.target)}`;
}

function targetWords(target: ScopeTarget & { readonly id: string }): string {
  const noun = target.kind === "appresult" ? "app result" : target.kind;
  return `${noun} ${target.id}`;
}
