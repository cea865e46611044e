import type { AppResult } from "../../state/entities.ts";
import { appResultKeys } from "../app-result.ts";
import { projectCompact } from "../project.ts";
import { propertiesV1 } from "../properties.ts";
import { referenceList } from "../references.ts";
import { type Json, type View, withExtra } from "../view.ts";

export function appResultFull(view: View, result: AppResult): Json {
  const href = `v1pre3/appresults/${result.id}`;
  return withExtra(result, {
    Description: result.description,
    HrefFiles: `${href}/files`,
    HrefGenome: result.genomeId === undefined ? undefined : `v1pre3/genomes/${result.genomeId}`,
    References: referenceList(view, result.references),
    Properties: propertiesV1.container(view, href, result.properties),
    ...appResultKeys(view, result),
    Projects: [projectCompact(view, view.state.need("projects", result.projectId))],
  });
}
