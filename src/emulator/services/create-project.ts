import type { Grants } from "../access/grants.ts";
import { grantClause } from "../access/tokens.ts";
import type { Draft } from "../state/draft.ts";
import type { Project } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import { storedDate } from "../text/dates.ts";
import type { Context } from "./context.ts";

/** The project of that name that the user owns; the oldest one if a catalog has several. */
export function ownedProjectNamed(state: State, userId: string, name: string): Project | undefined {
  for (const project of state.all("projects")) {
    const isOwned = project.ownerId === userId && project.removed !== true;
    if (isOwned && project.name === name) return project;
  }
  return undefined;
}

/** Creates a project, which the token may then write, or returns the one that the user already has of this name. */
export async function createProject(
  { state, clock }: Context,
  grants: Grants,
  { name, description }: { name: string; description: string },
): Promise<Project> {
  return await state.transact((draft) => {
    const existing = ownedProjectNamed(state, grants.userId, name);
    if (existing !== undefined) return existing;
    const date = storedDate(clock.now());
    const project = putProject(draft, {
      id: draft.newId("projects"),
      ownerId: grants.userId,
      name,
      description,
      dateCreated: date,
      dateModified: date,
    });
    grantClause(draft, grants.token.id, `WRITE PROJECT ${project.id}`);
    return project;
  });
}

type NewProject = Omit<Project, "sharedWith" | "properties"> &
  Partial<Pick<Project, "sharedWith" | "properties">>;

/** Stores a project, by default without shares and properties. */
export function putProject(draft: Draft, project: NewProject): Project {
  return draft.put("projects", { sharedWith: [], properties: [], ...project });
}
