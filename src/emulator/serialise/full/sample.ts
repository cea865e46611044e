/*
 * Begin here: `full/` has the JSON of a single resource of v1, as `GET /v1pre3/samples/{id}` returns it: the compact
 * form of the folder above and more keys. One file for each noun, all of this form; `controllers/resources.ts` and
 * others call them.
 */

import type { Sample } from "../../state/entities.ts";
import { appSessionCompact } from "../app-session.ts";
import { projectCompact } from "../project.ts";
import { propertiesV1 } from "../properties.ts";
import { referenceList } from "../references.ts";
import { countKeys, identityKeys, libraryKeys } from "../sample.ts";
import { type Json, type View, withExtra } from "../view.ts";

/** The service puts the keys that only the full form has first. */
export function sampleFull(view: View, sample: Sample): Json {
  const href = `v1pre3/samples/${sample.id}`;
  const session = view.state.need("appsessions", sample.appSessionId);
  return withExtra(sample, {
    HrefGenome: sample.genomeId === undefined ? undefined : `v1pre3/genomes/${sample.genomeId}`,
    SampleNumber: sample.sampleNumber,
    HrefFiles: `${href}/files`,
    IsPairedEnd: sample.isPairedEnd,
    NumReadsRaw: sample.numReadsRaw,
    NumReadsPF: sample.numReadsPF,
    References: referenceList(view, sample.references),
    Properties: propertiesV1.container(view, href, sample.properties),
    ...identityKeys(view, sample),
    AppSession: appSessionCompact(view, session),
    Projects: [projectCompact(view, view.state.need("projects", sample.projectId))],
    ...libraryKeys(view, sample),
    Read1: sample.read1,
    Read2: sample.read2,
    ...countKeys(sample),
  });
}
