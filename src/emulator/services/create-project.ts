import type { Grants } from "../access/grants.ts";
import { grantClause } from "../access/tokens.ts";
import type { Project } from "../state/entities.ts";
import type { State } from "../state/state.ts";
import type { Transaction } from "../state/transaction.ts";
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
  return await state.transact((transaction) => {
    const existing = ownedProjectNamed(state, grants.userId, name);
    if (existing !== undefined) return existing;
    const date = storedDate(clock.now());
    const project = putProject(transaction, {
      id: transaction.newId("projects"),
      ownerId: grants.userId,
      name,
      description,
      dateCreated: date,
      dateModified: date,
    });
    grantClause(transaction, grants.token.id, `WRITE PROJECT ${project.id}`);
    return project;
  });
}

type NewProject = Omit<Project, "sharedWith" | "properties"> &
  Partial<Pick<Project, "sharedWith" | "properties">>;

/** Stores a project, by default without shares and properties. */
export function putProject(transaction: Transaction, project: NewProject): Project {
  return transaction.put("projects", { sharedWith: [], properties: [], ...project });
}
