import { CONTENT_TYPE } from "../http/media-type.ts";
import {
  anything,
  type Check,
  count,
  date,
  failExpected,
  flag,
  isObject,
  list,
  matching,
  object,
  oneOf,
  text,
} from "./check.ts";
import type { Catalog } from "./schema.ts";

const id = matching(/^[1-9]\d{0,17}$/, "an Id (digits in quotes)");
const href = matching(/^v1pre3\/[a-z]+\/\d+$/, "an Href such as v1pre3/samples/7");
const name = matching(/\S/, "a name");
const filePath = matching(/^[^/]+(\/[^/]+)*$/, "a path without leading or double slashes");

const identity = { id, removed: flag, extra: record };
const dates = { dateCreated: date, dateModified: date };

const property = object(
  {
    type: text,
    name: text,
    description: text,
    content: text,
    items: list(text),
    contentMap: list(mapEntry),
    itemsMap: list(list(mapEntry)),
  },
  "name",
);
const properties = list(property);
const references = list(object({ rel: text, type: text, href }, "type", "href"));

const file = object(
  {
    ...identity,
    ...dates,
    path: filePath,
    content,
    contentType: matching(CONTENT_TYPE, "a content type"),
    archived: flag,
    uploadStatus: oneOf("undefined", "pending", "aborted", "complete"),
    properties,
  },
  "path",
);

const status = oneOf("Running", "NeedsAttention", "TimedOut", "Complete", "Aborted");

const withFiles = { ...identity, ...dates, name, files: list(file), properties };
const withSession = { ...withFiles, appSession: id, status, references, genome: id };

const index = object(
  { id, name, sequence: matching(/^[ACGTN]{1,64}$/, "a sequence of the bases A, C, G, T, N") },
  "sequence",
);

const sample = object(
  {
    ...withSession,
    sampleId: text,
    experimentName: text,
    sampleNumber: count,
    isMerged: flag,
    isPairedEnd: flag,
    read1: count,
    read2: count,
    numReadsRaw: count,
    numReadsPF: count,
    library: object({ id, biologicalSampleId: id, index1: index, index2: index }),
  },
  "name",
);

const appResult = object({ ...withSession, description: text }, "name");

const dataset = object(
  {
    ...withFiles,
    id: matching(/^ds\.[0-9a-f]{32}$/, "ds. and 32 hex digits"),
    type: text,
    appSession: id,
    status,
    sample: id,
    attributes: record,
    qcStatus: text,
    uploadStatus: text,
    archived: flag,
  },
  "name",
);

const library = object({ ...identity, ...dates, name, project: id, status: text, properties });

const bioSample = object(
  {
    ...identity,
    ...dates,
    name,
    owner: id,
    project: id,
    status: text,
    labStatus: text,
    libraries: list(library),
    properties,
  },
  "name",
  "project",
);

const project = object(
  {
    ...identity,
    ...dates,
    name,
    description: text,
    owner: id,
    sharedWith: list(id),
    samples: list(sample),
    appResults: list(appResult),
    datasets: list(dataset),
    properties,
    importFolder: text,
  },
  "name",
);

const run = object(
  {
    ...withFiles,
    owner: id,
    sharedWith: list(id),
    number: count,
    experimentName: text,
    status: text,
    reagentBarcode: text,
    flowcellBarcode: text,
    platformName: text,
    instrument: object({ id: count, name: text, type: text }),
    workflow: text,
    cycles: fourCounts,
    archived: flag,
    samples: list(id),
  },
  "name",
);

const appSession = object(
  {
    ...identity,
    ...dates,
    name,
    createdBy: id,
    application: id,
    statusSummary: text,
    status,
    dateStarted: date,
    dateCompleted: date,
    purpose: text,
    qcStatus: text,
    deliveryStatus: text,
    references,
    properties,
  },
  "name",
);

const user = object(
  { ...identity, name, email: text, gravatarUrl: text, dateCreated: date, properties },
  "name",
);

const credential = matching(/^[0-9a-f]{32}$/, "32 hex digits");
const application = object(
  {
    ...identity,
    name,
    companyName: text,
    versionNumber: text,
    shortDescription: text,
    homepageUri: text,
    category: text,
    publishStatus: text,
    dateCreated: date,
    datePublished: date,
    classifications: list(text),
    features: list(text),
    clientKey: credential,
    clientSecret: credential,
    redirectUri: matching(/^https?:\/\/[^\s#]+$/, "an http address"),
  },
  "name",
);

const accessToken = matching(/^[\w-]{8,128}$/, "an access token of 8 or more letters and digits");
const token = object(
  { accessToken, user: id, scopes: text, application: id },
  "accessToken",
  "scopes",
);

const catalog = object({
  date,
  users: list(user),
  applications: list(application),
  tokens: list(token),
  appSessions: list(appSession),
  projects: list(project),
  runs: list(run),
  bioSamples: list(bioSample),
});

/** Checks that a JSON value is a catalog. @throws BsmountError `usage` that names the wrong part and what is expected */
export function validateCatalog(value: unknown): Catalog {
  catalog(value, "");
  return value as Catalog;
}

function record(value: unknown, at: string): void {
  if (!isObject(value)) failExpected(at, "an object", value);
}

function mapEntry(value: unknown, at: string): void {
  object({ Key: text, Values: list(text) }, "Key", "Values")(value, at);
}

function fourCounts(value: unknown, at: string): void {
  list(count)(value, at);
  if ((value as unknown[]).length !== 4) failExpected(at, "four numbers", value);
}

const CONTENT_FORMS: Readonly<Record<string, Check>> = {
  path: object({ path: text, etag: text }),
  text: object({ text }),
  base64: object({ base64: matching(/^[A-Za-z0-9+/\s]*={0,2}\s*$/, "base64") }),
  size: object({ size: count, seed: text, sparse: flag, etag: text }, "seed"),
};

function content(value: unknown, at: string): void {
  if (typeof value === "string") return;
  const form = isObject(value)
    ? Object.keys(CONTENT_FORMS).find((key) => value[key] !== undefined)
    : undefined;
  const expected = 'a text, {"path"}, {"text"}, {"base64"} or {"size", "seed"}';
  if (form === undefined) failExpected(at, expected, value);
  (CONTENT_FORMS[form] ?? anything)(value, at);
}
