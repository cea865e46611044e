import type { Project } from "../state/entities.ts";
import { userCompact } from "./user.ts";
import { type Json, type View, withExtra } from "./view.ts";

/** The form in lists and inside other resources. */
export function projectCompact(view: View, project: Project): Json {
  return withExtra(project, projectKeys(view, project));
}

export function projectKeys(view: View, project: Project): Json {
  return {
    Id: project.id,
    UserOwnedBy: userCompact(view, project.ownerId),
    Href: `v1pre3/projects/${project.id}`,
    Name: project.name,
    Description: project.description,
    DateCreated: project.dateCreated,
    DateModified: project.dateModified,
    HasCollaborators: project.sharedWith.length > 0,
    TotalSize: totalSize(view, project.id),
  };
}

function totalSize(view: View, projectId: string): number {
  const { indexes } = view.state;
  let bytes = 0;
  for (const id of indexes.samplesOf(projectId))
    bytes += indexes.totalSize({ noun: "samples", id });
  for (const id of indexes.appResultsOf(projectId)) {
    bytes += indexes.totalSize({ noun: "appresults", id });
  }
  for (const id of indexes.datasetsOf(projectId)) {
    bytes += indexes.totalSize({ noun: "datasets", id });
  }
  return bytes;
}
