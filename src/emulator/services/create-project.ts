import type { Grants } from "../access/grants.ts";
import { grant } from "../access/tokens.ts";
import type { Context } from "./context.ts";
import { storedDate } from "../text/dates.ts";
import type { Draft } from "../state/draft.ts";
import type { Project } from "../state/entities.ts";
import type { State } from "../state/state.ts";

/** The user's own project of that name; the oldest when a catalog has several. */
export function ownedProjectNamed(state: State, userId: string, name: string): Project | undefined {
  for (const project of state.all("projects")) {
    const isOwn = project.ownerId === userId && project.removed !== true;
    if (isOwn && project.name === name) return project;
  }
  return undefined;
}

/** A new project, or the one that the user already has under this name. The token may write what it made. */
export async function startProject(
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
    grant(draft, grants.token.id, `WRITE PROJECT ${project.id}`);
    return project;
  });
}

type NewProject = Omit<Project, "sharedWith" | "properties"> &
  Partial<Pick<Project, "sharedWith" | "properties">>;

/** Stores a project with nothing in it. */
export function putProject(draft: Draft, project: NewProject): Project {
  return draft.put("projects", { sharedWith: [], properties: [], ...project });
}
