import type { CatalogAppSession, CatalogReference, CatalogRun } from "../../catalog/schema.ts";
import type { SessionStatus } from "../../state/entities.ts";
import {
  count,
  date,
  defined,
  elementsOf,
  type Facts,
  flag,
  isObject,
  name,
  nested,
  reference,
  removed,
  text,
  texts,
} from "./facts.ts";
import { files } from "./files.ts";
import { propertiesOf, referencesProperty } from "./properties.ts";
import type { Noun, RecordedEntities } from "./recorded-entities.ts";

const STATUSES: readonly SessionStatus[] = [
  "Running",
  "NeedsAttention",
  "TimedOut",
  "Complete",
  "Aborted",
];

export function appSessions(entities: RecordedEntities): readonly CatalogAppSession[] {
  return entities.all("appsessions").map(([id, facts]) => appSession(entities, id, facts));
}

function appSession(entities: RecordedEntities, id: string, facts: Facts): CatalogAppSession {
  const outputs = texts(facts["OutputProjects"]).map((project) => `v1pre3/projects/${project}`);
  return {
    id,
    ...removed(facts),
    name: name(facts, "Name") ?? `AppSession ${id}`,
    references: references(facts),
    properties: propertiesOf(
      entities,
      "appsessions",
      id,
      referencesProperty("Output.Projects", "project", outputs),
    ),
    ...defined({
      createdBy: knownReference(entities, "users", facts, "UserCreatedBy"),
      application: knownReference(entities, "applications", facts, "Application"),
      status: sessionStatus(facts),
      statusSummary: text(facts, "StatusSummary"),
      dateCreated: date(facts, "DateCreated"),
      dateModified: date(facts, "DateModified", "ModifiedOn"),
      dateStarted: date(facts, "DateStarted"),
      dateCompleted: date(facts, "DateCompleted"),
      purpose: text(facts, "Purpose"),
      qcStatus: text(facts, "QcStatus"),
      deliveryStatus: text(facts, "DeliveryStatus"),
    }),
  };
}

/** The status of a session, or of a result, which has that of its session. */
export function sessionStatus(facts: Facts): SessionStatus | undefined {
  const status = text(facts, "ExecutionStatus", "Status");
  return STATUSES.find((each) => each === status);
}

export function references(facts: Facts): readonly CatalogReference[] {
  return elementsOf(facts["References"]).flatMap((element) => {
    if (!isObject(element)) return [];
    const href = text(element, "HrefContent", "Href") ?? "";
    if (!/^v1pre3\/[a-z]+\/\d+$/.test(href)) return [];
    return { type: text(element, "Type") ?? "", href, ...defined({ rel: text(element, "Rel") }) };
  });
}

/** The Id of an entity that the recordings have. */
export function knownReference(
  entities: RecordedEntities,
  noun: Noun,
  facts: Facts,
  key: string,
): string | undefined {
  const id = reference(facts, key);
  return id !== undefined && entities.has(noun, id) ? id : undefined;
}

/** `caller`, whose token was recorded, sees all of them. */
export function runs(entities: RecordedEntities, caller: string): readonly CatalogRun[] {
  return entities.all("runs").map(([id, facts]) => ({
    id,
    ...removed(facts),
    sharedWith: [caller],
    name: name(facts, "Name") ?? `Run ${id}`,
    samples: entities.samplesOfRun(id).filter((sample) => entities.has("samples", sample)),
    files: files(entities, "runs", id),
    properties: propertiesOf(entities, "runs", id),
    ...machine(facts),
    ...defined({
      owner: knownReference(entities, "users", facts, "UserOwnedBy"),
      dateCreated: date(facts, "DateCreated"),
      dateModified: date(facts, "DateModified"),
      number: count(facts, "Number"),
      experimentName: text(facts, "ExperimentName"),
      status: text(facts, "Status"),
      archived: flag(facts, "IsArchived"),
      workflow: text(facts, "Workflow"),
    }),
  }));
}

function machine(facts: Facts): Partial<CatalogRun> {
  const instrument = nested(facts, "Instrument");
  return defined({
    reagentBarcode: text(facts, "ReagentBarcode"),
    flowcellBarcode: text(facts, "FlowcellBarcode"),
    platformName: text(facts, "PlatformName"),
    instrument: defined({
      id: count(instrument, "InstrumentId"),
      name: text(instrument, "Name"),
      type: text(facts, "InstrumentType"),
    }),
    cycles: cycles(nested(facts, "SequencingStats")),
  });
}

function cycles(statistics: Facts): CatalogRun["cycles"] | undefined {
  const [read1, read2, index1, index2] = ["Read1", "Read2", "Index1", "Index2"].map((read) =>
    count(statistics, `NumCycles${read}`),
  );
  if (read1 === undefined || read2 === undefined) return undefined;
  return [read1, read2, index1 ?? 0, index2 ?? 0];
}
