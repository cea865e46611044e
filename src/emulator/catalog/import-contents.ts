import { resolve } from "node:path";
import { BsmountError, describeError } from "../../core/errors.ts";
import type { ContentStore, ImportedContent } from "../content/content-store.ts";
import type { StoredObject } from "../state/entities.ts";
import type { Catalog, CatalogContent, CatalogFile } from "./schema.ts";

/** With a data folder each import waits for the disk. */
const IMPORTS_AT_ONCE = 16;

export type ImportedContents = ReadonlyMap<CatalogFile, StoredObject>;

/** Makes a stored object of every complete file's content, before the state refers to any of them. */
export async function importContents(
  catalog: Catalog,
  folder: string,
  content: ContentStore,
): Promise<ImportedContents> {
  const contents = new Map<CatalogFile, StoredObject>();
  const files = completeFiles(catalog);
  // All workers take files from one generator, which ends for the others when one of them fails.
  const worker = async (): Promise<void> => {
    for (const file of files) contents.set(file, await importFileContent(file, folder, content));
  };
  const workers = await Promise.allSettled(Array.from({ length: IMPORTS_AT_ONCE }, worker));
  const failed = workers.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return contents;
}

function* completeFiles(catalog: Catalog): Generator<CatalogFile> {
  for (const file of filesOf(catalog)) {
    if ((file.uploadStatus ?? "complete") === "complete") yield file;
  }
}

function filesOf(catalog: Catalog): CatalogFile[] {
  return parentsOf(catalog).flatMap((parent) => parent.files ?? []);
}

/** All entries of a catalog that can have files. */
export function parentsOf({ projects = [], runs = [] }: Catalog): readonly WithFiles[] {
  const inProjects = projects.flatMap(({ samples = [], appResults = [], datasets = [] }) => [
    ...samples,
    ...appResults,
    ...datasets,
  ]);
  return [...inProjects, ...runs];
}

interface WithFiles {
  readonly files?: readonly CatalogFile[];
}

async function importFileContent(
  file: CatalogFile,
  folder: string,
  store: ContentStore,
): Promise<StoredObject> {
  const entry = file.content ?? "";
  const content = typeof entry === "string" ? { text: entry } : entry;
  try {
    const object = await store.importContent(contentToImport(content, folder));
    return "path" in content ? { ...object, etag: content.etag ?? object.etag } : object;
  } catch (cause) {
    const reason = describeError(cause);
    throw new BsmountError(
      "usage",
      `cannot read the content of ${file.path} in the catalog: ${reason}`,
      {
        cause,
      },
    );
  }
}

function contentToImport(content: CatalogContent, folder: string): ImportedContent {
  if ("path" in content) return { kind: "file", path: resolve(folder, content.path) };
  if ("text" in content) return { kind: "bytes", bytes: Buffer.from(content.text, "utf8") };
  if ("base64" in content) return { kind: "bytes", bytes: Buffer.from(content.base64, "base64") };
  const { seed, size, sparse = false, etag } = content;
  const generated = { kind: "generated", seed, sizeBytes: size, sparse } as const;
  return etag === undefined ? generated : { ...generated, etag };
}
