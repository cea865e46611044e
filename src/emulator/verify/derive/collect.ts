import { commaList } from "../../text/text.ts";
import { parseHref } from "../../text/hrefs.ts";
import type { Recording } from "../recording.ts";
import { elementsOf, type Facts, isId, isObject, nested, text } from "./facts.ts";
import { type FillerIds, withItemsBefore } from "./items-before.ts";
import { isNoun, type Noun, RecordedEntities } from "./recorded-entities.ts";

/** The path of a request below the version: `projects/7/samples`. */
interface RequestPath {
  readonly noun: Noun;
  /** Undefined for a list of all entities of the noun. */
  readonly id: string | undefined;
  readonly list: string | undefined;
  readonly query: URLSearchParams;
}

/** The key of an element that names the entity of which it was listed. */
const PARENT_KEYS: Readonly<Record<string, string>> = {
  "projects/samples": "Project",
  "projects/appresults": "Project",
  "projects/datasets": "Project",
  "appsessions/appresults": "AppSession",
  "biosamples/libraries": "BioSample",
};

const PROPERTY = /^(?:https?:\/\/[^/]+)?\/?(?:v1pre3|v2)\/([a-z]+)\/([^/]+)\/properties\/([^/]+)$/;

/** Collects every entity that a recording shows, and those that its request names. */
export function collect(
  entities: RecordedEntities,
  { target, status, body }: Recording,
  fillers: FillerIds,
): void {
  const path = requestPath(target);
  if (status === 410) addRemoved(entities, path);
  if (status >= 400) return;
  const filled = withItemsBefore(body, fillers);
  walk(entities, filled);
  if (path === undefined) return;
  addRequested(entities, path, filled);
  for (const item of itemsOf(filled)) addListed(entities, path, item);
}

function requestPath(target: string): RequestPath | undefined {
  const { pathname, searchParams } = new URL(target, "http://localhost");
  const [, version = "", noun = "", id, list] = pathname.split("/");
  if (!/^(?:v1pre3|v2)$/.test(version) || !isNoun(noun)) return undefined;
  return { noun, id, list, query: searchParams };
}

function addRemoved(entities: RecordedEntities, path: RequestPath | undefined): void {
  if (path?.id !== undefined) entities.add(path.noun, path.id, { IsRemoved: true });
}

/** A user's lists are only for the user itself. */
function addRequested(
  entities: RecordedEntities,
  { noun, id, list }: RequestPath,
  body: unknown,
): void {
  if (id === undefined) return;
  if (noun !== "users") {
    entities.add(noun, id);
    return;
  }
  const named = id === "current" ? resourceOf(body)["Id"] : id;
  const isCaller = id === "current" ? list === undefined : list !== undefined;
  if (isId(noun, named)) entities.add(noun, named);
  if (isId(noun, named) && isCaller) entities.caller ??= named;
}

function addListed(entities: RecordedEntities, path: RequestPath, item: Facts): void {
  const { noun, id, list, query } = path;
  const itemNoun = list ?? noun;
  const itemId = item["Id"];
  if (!isNoun(itemNoun) || !isId(itemNoun, itemId)) return;
  entities.add(itemNoun, itemId);
  if (id !== undefined) addParent(entities, [noun, id], [itemNoun, itemId]);
  addFilters(entities, query, [itemNoun, itemId]);
}

function addParent(
  entities: RecordedEntities,
  [noun, id]: readonly [Noun, string],
  [itemNoun, itemId]: readonly [Noun, string],
): void {
  const key = PARENT_KEYS[`${noun}/${itemNoun}`];
  if (key !== undefined) entities.add(itemNoun, itemId, { [key]: { Id: id } });
  else if (itemNoun === "files") entities.add("files", itemId, { ListedIn: `${noun}/${id}` });
  else if (noun === "runs" && itemNoun === "samples") entities.addSampleOfRun(id, itemId);
}

/** What the filters of a list say about its elements. */
function addFilters(
  entities: RecordedEntities,
  query: URLSearchParams,
  [noun, id]: readonly [Noun, string],
): void {
  const filters = new Map([...query].map(([name, value]) => [name.toLowerCase(), value]));
  const idsIn = (filter: string): readonly string[] =>
    commaList(filters.get(filter)).filter((each) => isId("", each));
  if (noun === "appsessions") {
    const projects = [...idsIn("output.projects"), ...idsIn("outputprojects")];
    for (const project of projects) entities.add("projects", project);
    entities.add(noun, id, { OutputProjects: projects });
  }
  if (noun === "datasets") {
    const [bioSamples, runs] = [idsIn("inputbiosamples"), idsIn("inputruns")];
    for (const bioSample of bioSamples) entities.add("biosamples", bioSample);
    for (const run of runs) entities.add("runs", run);
    entities.add(noun, id, { InputBioSamples: bioSamples, InputRuns: runs });
  }
}

/** Collects the entities and properties in any JSON, which are objects with an Href. The JSON's depth is limited. */
function walk(entities: RecordedEntities, value: unknown): void {
  if (Array.isArray(value)) {
    for (const element of value) walk(entities, element);
  } else if (isObject(value)) {
    const href = text(value, "Href") ?? "";
    addEntity(entities, value, href);
    addProperty(entities, value, href);
    for (const each of Object.values(value)) walk(entities, each);
  }
}

function addEntity(entities: RecordedEntities, value: Facts, href: string): void {
  const target = parseHref(href);
  if (target === undefined || target.id !== value["Id"] || !isNoun(target.noun)) return;
  // In v1 the library of a sample is a part of the sample.
  if (href.startsWith("v1pre3/libraries/")) return;
  entities.add(target.noun, target.id, value);
}

function addProperty(entities: RecordedEntities, value: Facts, href: string): void {
  const [, noun = "", id = "", name = ""] = PROPERTY.exec(href) ?? [];
  if (isNoun(noun) && typeof value["Type"] === "string") {
    entities.addProperty(noun, id, name, value);
  }
}

/** The resource in a response of v1 or v2. */
function resourceOf(body: unknown): Facts {
  if (!isObject(body)) return {};
  return isObject(body["Response"]) ? nested(body, "Response") : body;
}

function itemsOf(body: unknown): readonly Facts[] {
  return elementsOf(resourceOf(body)["Items"]).filter((item) => isObject(item));
}
