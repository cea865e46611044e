import type { CatalogContent, CatalogFile } from "../../catalog/schema.ts";
import type { ParentNoun, UploadStatus } from "../../state/entities.ts";
import { CONTENT_TYPE } from "../../http/media-type.ts";
import { count, date, defined, type Facts, flag, name, reference, removed, text } from "./facts.ts";
import { projectOf } from "./project-of.ts";
import { propertiesOf } from "./properties.ts";
import type { RecordedEntities } from "./recorded-entities.ts";

const UPLOAD_STATUSES: readonly UploadStatus[] = ["undefined", "pending", "aborted", "complete"];

const PARENTS: Readonly<Record<string, ParentNoun>> = {
  ParentSample: "samples",
  ParentAppResult: "appresults",
  ParentRun: "runs",
};

/** `samples/7`: the entity that has the file, as the file itself says, or else the list that it was in. */
export function parentOf(facts: Facts): string | undefined {
  for (const [key, noun] of Object.entries(PARENTS)) {
    const id = reference(facts, key);
    if (id !== undefined) return `${noun}/${id}`;
  }
  return text(facts, "ListedIn");
}

/** Adds to each file the parent that it has in the catalog, as `Parent`; `fallback` has those without one. */
export function assignParents(entities: RecordedEntities, fallback: string): void {
  for (const [id, facts] of entities.all("files")) {
    entities.add("files", id, { Parent: catalogParent(entities, parentOf(facts)) ?? fallback });
  }
}

/** The files of a dataset that represents a sample are the sample's. */
function catalogParent(entities: RecordedEntities, parent: string | undefined): string | undefined {
  const [noun, id = ""] = parent?.split("/") ?? [];
  if (noun === "datasets") {
    const sample = representedSample(entities, entities.get("datasets", id) ?? {});
    return sample === undefined ? parent : `samples/${sample}`;
  }
  return parent;
}

/** The Id of the sample that a dataset represents, if both are in the same project, as in a catalog. */
export function representedSample(entities: RecordedEntities, dataset: Facts): string | undefined {
  const id = sampleOf(dataset);
  const sample = id === undefined ? undefined : entities.get("samples", id);
  return sample !== undefined && projectOf(sample) === projectOf(dataset) ? id : undefined;
}

/** The Id of the sample that a dataset names. */
export function sampleOf(dataset: Facts): string | undefined {
  return /^sample\.([1-9]\d{0,17})$/.exec(text(dataset, "V1pre3Id") ?? "")?.[1];
}

export function files(
  entities: RecordedEntities,
  noun: ParentNoun,
  id: string,
): readonly CatalogFile[] {
  return (filesByParent(entities).get(`${noun}/${id}`) ?? []).map((file) => {
    return catalogFile(entities, file, entities.get("files", file) ?? {});
  });
}

const BY_PARENT = new WeakMap<RecordedEntities, ReadonlyMap<string, readonly string[]>>();

function filesByParent(entities: RecordedEntities): ReadonlyMap<string, readonly string[]> {
  const known = BY_PARENT.get(entities);
  if (known !== undefined) return known;
  const byParent = new Map<string, string[]>();
  for (const [id, facts] of entities.all("files")) {
    const parent = text(facts, "Parent") ?? "";
    const ids = byParent.get(parent) ?? [];
    byParent.set(parent, ids);
    ids.push(id);
  }
  BY_PARENT.set(entities, byParent);
  return byParent;
}

function catalogFile(entities: RecordedEntities, id: string, facts: Facts): CatalogFile {
  const status = text(facts, "UploadStatus");
  const contentType = text(facts, "ContentType");
  return {
    id,
    ...removed(facts),
    path: path(facts) ?? `file-${id}`,
    content: content(id, facts),
    properties: propertiesOf(entities, "files", id),
    ...defined({
      contentType:
        contentType !== undefined && CONTENT_TYPE.test(contentType) ? contentType : undefined,
      archived: flag(facts, "IsArchived"),
      uploadStatus: UPLOAD_STATUSES.find((each) => each === status),
      dateCreated: date(facts, "DateCreated"),
      dateModified: date(facts, "DateModified"),
    }),
  };
}

function path(facts: Facts): string | undefined {
  const recorded = name(facts, "Path", "Name");
  return recorded !== undefined && /^[^/]+(\/[^/]+)*$/.test(recorded) ? recorded : undefined;
}

/** The bytes were not recorded, so they are computed. */
function content(id: string, facts: Facts): CatalogContent {
  const etag = text(facts, "ETag")?.replaceAll('"', "") || "0".repeat(32);
  return { size: count(facts, "Size") ?? 0, seed: id, sparse: true, etag };
}
