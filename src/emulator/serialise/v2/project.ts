import type { Project } from "../../state/entities.ts";
import { projectKeys } from "../project.ts";
import { type Json, type View, withExtra } from "../view.ts";
import { v2Href } from "./href.ts";
import { userV2 } from "./user.ts";

/** v1's project with v2's Hrefs. */
export function projectV2(view: View, project: Project): Json {
  return withExtra(project, {
    ...projectKeys(view, project),
    UserOwnedBy: userV2(view, project.ownerId),
    Href: v2Href(view, "projects", project.id),
  });
}
