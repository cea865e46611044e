import { BsmountError } from "../../core/errors.ts";

/** The rights of scopes: `write` includes the other three, `read` includes `browse`, `create` only itself. */
export type AccessRight = "browse" | "read" | "write" | "create";

/** An entity with an Href of BaseSpace: a project, a sample, an app result or a run. */
export interface Accessible {
  /** The path of the entity, with the version of the API. */
  readonly href: string;
}

const NOUNS: Readonly<Record<string, string>> = {
  projects: "project",
  samples: "sample",
  appresults: "appresult",
  runs: "run",
};

/**
 * The scope that gives a right on one entity, e.g. `write project 12`, for a sign-in.
 *
 * @throws BsmountError `usage` for entities that no scope can name
 */
export function accessScope(thing: Accessible, right: AccessRight = "write"): string {
  const [, noun = "", id = ""] = /^\/?v1pre3\/(\w+)\/(\d+)\/?$/.exec(thing.href) ?? [];
  const name = NOUNS[noun];
  if (name !== undefined) return `${right} ${name} ${id}`;
  const problem = `no scope can name ${JSON.stringify(thing.href)}`;
  throw new BsmountError("usage", problem, {
    remedy: "ask for a project, a sample, an app result or a run",
  });
}

/** The clauses of a text such as `browse global, read project 12`, without empty ones. */
export function scopeList(text: string): readonly string[] {
  const clauses = text.split(",").map((clause) => clause.trim().replace(/\s+/g, " "));
  return clauses.filter((clause) => clause !== "");
}

const INCLUDED: Readonly<Record<string, readonly string[]>> = {
  WRITE: ["CREATE", "READ", "BROWSE"],
  READ: ["BROWSE"],
};

/**
 * The clauses of `before` whose right none of `after` gives. All are as the service reports them: `WRITE PROJECT 12`.
 */
export function lostScopes(before: readonly string[], after: readonly string[]): readonly string[] {
  const given = new Set(after);
  for (const clause of after) {
    const [right = "", ...target] = clause.split(" ");
    for (const included of INCLUDED[right] ?? []) given.add([included, ...target].join(" "));
  }
  return before.filter((clause) => {
    const [right = ""] = clause.split(" ");
    return !given.has(clause) && !(/ \d+$/.test(clause) && given.has(`${right} GLOBAL`));
  });
}
