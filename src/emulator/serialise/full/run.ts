import type { Run } from "../../state/entities.ts";
import { propertiesV1 } from "../properties.ts";
import { runKeys } from "../run.ts";
import { type Json, type View, withExtra } from "../view.ts";

export function runFull(view: View, run: Run): Json {
  const href = `v1pre3/runs/${run.id}`;
  return withExtra(run, {
    HrefFiles: `${href}/files`,
    HrefSamples: `${href}/samples`,
    DateUploadStarted: run.dateCreated,
    DateUploadCompleted: run.dateModified,
    Properties: propertiesV1.container(view, href, run.properties),
    ...runKeys(view, run),
  });
}
