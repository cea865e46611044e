import { Problem } from "../http/problem.ts";
import type { PropertyNoun, Tables } from "../state/entities.ts";
import type { Guard } from "./guard.ts";
import type { Right } from "./scopes.ts";

type Need = (guard: Guard, right: Right, id: string) => Tables[PropertyNoun];

const NEED_BY_NOUN: Readonly<Record<PropertyNoun, Need>> = {
  projects: (guard, right, id) => guard.need(right, "projects", id),
  samples: (guard, right, id) => guard.need(right, "samples", id),
  appresults: (guard, right, id) => guard.need(right, "appresults", id),
  runs: (guard, right, id) => guard.need(right, "runs", id),
  appsessions: (guard, right, id) => guard.needSession(right, id),
  files: (guard, right, id) => guard.needFile(right, id),
  biosamples: (guard, right, id) => guard.need(right, "biosamples", id),
  libraries: (guard, right, id) => guard.need(right, "libraries", id),
  datasets: (guard, right, id) => guard.need(right, "datasets", id),
  users: (guard, _right, id) => guard.needCurrentUser(id),
};

/** Returns any entity that has properties. @throws Problem as the guard does */
export function needResource(
  guard: Guard,
  right: Right,
  noun: PropertyNoun,
  id: string,
): Tables[PropertyNoun] {
  return NEED_BY_NOUN[noun](guard, right, id);
}

/** Whether the caller may see the entity that an Href with `noun` and `id` names. */
export function mayBrowseResource(guard: Guard, noun: string, id: string): boolean {
  if (noun === "applications") return guard.knowsApplication(id);
  const need = Object.hasOwn(NEED_BY_NOUN, noun) ? NEED_BY_NOUN[noun as PropertyNoun] : undefined;
  if (need === undefined) return false;
  try {
    need(guard, "browse", id);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
