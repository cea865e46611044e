import { BsmountError } from "../core/errors.ts";

const SCOPED: Readonly<Record<string, string>> = {
  projects: "project",
  samples: "sample",
  appresults: "appresult",
  runs: "run",
};

/**
 * The scope that asks for a right on one resource, such as `write project 12`, for signing in.
 * @throws BsmountError `usage` for what has no scope of its own: only projects, samples, app results and runs
 */
export function accessScope(
  { href, id }: { readonly href: string; readonly id: string },
  access: "browse" | "read" | "write" | "create" = "write",
): string {
  const noun = SCOPED[href.split("/").at(-2) ?? ""];
  if (noun !== undefined) return `${access} ${noun} ${id}`;
  throw new BsmountError("usage", `${href} has no scope of its own`, {
    remedy: "ask for a scope of the project that it is in",
  });
}
