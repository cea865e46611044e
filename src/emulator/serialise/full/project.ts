import type { Project } from "../../state/entities.ts";
import { projectKeys } from "../project.ts";
import { propertiesV1 } from "../properties.ts";
import { type Json, slug, type View, withExtra } from "../view.ts";

export function projectFull(view: View, project: Project): Json {
  const href = `v1pre3/projects/${project.id}`;
  return withExtra(project, {
    HrefSamples: `${href}/samples`,
    HrefAppResults: `${href}/appresults`,
    HrefBaseSpaceUI: `${view.webOrigin()}/project/${project.id}/${slug(project.name)}`,
    Properties: propertiesV1.container(view, href, project.properties),
    ...projectKeys(view, project),
  });
}
