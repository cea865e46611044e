import type { Catalog } from "../../catalog/schema.ts";
import type { Recording } from "../recording.ts";
import { collect } from "./collect.ts";
import { type Facts, reference, text } from "./facts.ts";
import { assignParents, parentOf, sampleOf } from "./files.ts";
import { FillerIds } from "./items-before.ts";
import { applications, callerOf, users } from "./people.ts";
import { projectOf } from "./project-of.ts";
import { bioSamples, projects } from "./projects.ts";
import { isNoun, type Noun, RecordedEntities } from "./recorded-entities.ts";
import { appSessions, runs } from "./sessions-and-runs.ts";

/*
 * Begin here: `derive/` makes a catalog of recorded responses. `collect.ts` collects the entities that they show and
 * their requests name (`recorded-entities.ts`); this file adds what connects them where no recording says it; the
 * other files write each kind of entity as a catalog has it.
 */

/** Has what belongs to no recorded project. The Ids sort after all recorded ones. */
const OTHERS = { project: "899999999999999999", result: "899999999999999998" };

/**
 * Derives a catalog that has everything that the recordings show and request, with all recorded values that a catalog
 * can have, and nothing from anywhere else. The first user can see all of it.
 */
export function deriveCatalog(recordings: readonly Recording[]): Catalog {
  const entities = new RecordedEntities();
  const fillers = new FillerIds();
  for (const recording of recordings) collect(entities, recording, fillers);
  addSamplesOfDatasets(entities);
  addParentsOfFiles(entities);
  addResultsOfSessions(entities);
  addProjects(entities);
  assignParents(entities, `appresults/${OTHERS.result}`);
  const caller = callerOf(entities);
  return {
    users: users(entities, caller),
    applications: applications(entities),
    appSessions: appSessions(entities),
    projects: projects(entities, caller),
    runs: runs(entities, caller),
    bioSamples: bioSamples(entities),
  };
}

/** A dataset can show that it represents a sample even where no recording has the sample. */
function addSamplesOfDatasets(entities: RecordedEntities): void {
  for (const [, facts] of entities.all("files")) addSampleByFile(entities, facts);
  for (const [id, facts] of entities.all("datasets")) {
    const sample = sampleOf(facts);
    if (sample === undefined) continue;
    const { Name, AppSession } = facts;
    entities.add("samples", sample, { Name, AppSession });
    const inProject = projectOf(entities.get("samples", sample) ?? {}) ?? projectOf(facts);
    if (inProject === undefined) continue;
    // An entity that has a project already keeps it.
    entities.add("samples", sample, { Projects: [{ Id: inProject }] });
    entities.add("datasets", id, { Project: { Id: inProject } });
  }
}

/** A dataset of which only the list of its files was recorded represents the sample that has one of them. */
function addSampleByFile(entities: RecordedEntities, file: Facts): void {
  const sample = reference(file, "ParentSample");
  const [noun, id = ""] = text(file, "ListedIn")?.split("/") ?? [];
  if (noun !== "datasets" || sample === undefined) return;
  if (entities.get("datasets", id)?.["DatasetType"] !== undefined) return;
  entities.add("datasets", id, { V1pre3Id: `sample.${sample}` });
}

function addParentsOfFiles(entities: RecordedEntities): void {
  for (const [, facts] of entities.all("files")) {
    const [noun = "", id = ""] = parentOf(facts)?.split("/") ?? [];
    if (isNoun(noun)) entities.add(noun, id);
    else entities.add("appresults", OTHERS.result, { Name: "Files without a parent" });
  }
}

/** A user sees a session through its results. */
function addResultsOfSessions(entities: RecordedEntities): void {
  const nouns = ["samples", "appresults", "datasets"] as const;
  const visible = new Set(
    nouns.flatMap((noun) => entities.all(noun).map(([, facts]) => reference(facts, "AppSession"))),
  );
  let id = BigInt(OTHERS.result);
  for (const [session] of entities.all("appsessions")) {
    if (visible.has(session)) continue;
    id -= 1n;
    entities.add("appresults", String(id), {
      Name: `Result of AppSession ${session}`,
      AppSession: { Id: session },
    });
  }
}

function addProjects(entities: RecordedEntities): void {
  for (const noun of ["samples", "appresults", "datasets", "biosamples"] as const) {
    for (const [id, facts] of entities.all(noun))
      addProjectOf(entities, noun, id, projectOf(facts));
  }
}

function addProjectOf(
  entities: RecordedEntities,
  noun: Noun,
  id: string,
  known: string | undefined,
): void {
  if (known === undefined) {
    entities.add(noun, id, { Project: { Id: OTHERS.project } });
    entities.add("projects", OTHERS.project, { Name: "Everything else" });
  } else {
    entities.add("projects", known);
  }
}
