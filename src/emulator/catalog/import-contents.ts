import { resolve } from "node:path";
import { BsmountError, describeError } from "../../core/errors.ts";
import type { Adopted, ContentStore } from "../content/content-store.ts";
import type { StoredObject } from "../state/entities.ts";
import type { Catalog, CatalogContent, CatalogFile } from "./schema.ts";

/** With a data folder each costs a wait for the disk. */
const ADOPTED_AT_ONCE = 16;

export type Contents = ReadonlyMap<CatalogFile, StoredObject>;

/** Makes an object of every complete file's content, before the state hears of any. */
export async function adoptContents(
  catalog: Catalog,
  folder: string,
  content: ContentStore,
): Promise<Contents> {
  const contents = new Map<CatalogFile, StoredObject>();
  const waiting = completeFiles(catalog);
  // All workers draw from one generator, and one that fails ends it for the others.
  const worker = async (): Promise<void> => {
    for (const file of waiting) contents.set(file, await adoptFile(file, folder, content));
  };
  const workers = await Promise.allSettled(Array.from({ length: ADOPTED_AT_ONCE }, worker));
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

/** Everything in a catalog that may hold files. */
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

async function adoptFile(
  file: CatalogFile,
  folder: string,
  store: ContentStore,
): Promise<StoredObject> {
  const given = file.content ?? "";
  const content = typeof given === "string" ? { text: given } : given;
  try {
    const object = await store.adopt(adoptedOf(content, folder));
    return "etag" in content ? { ...object, etag: content.etag ?? object.etag } : object;
  } catch (cause) {
    const reason = describeError(cause);
    throw new BsmountError("usage", `no content for ${file.path} of the catalog: ${reason}`, {
      cause,
    });
  }
}

function adoptedOf(content: CatalogContent, folder: string): Adopted {
  if ("path" in content) return { kind: "file", path: resolve(folder, content.path) };
  if ("text" in content) return { kind: "bytes", bytes: Buffer.from(content.text, "utf8") };
  if ("base64" in content) return { kind: "bytes", bytes: Buffer.from(content.base64, "base64") };
  const { seed, size, sparse = false } = content;
  return { kind: "generated", seed, sizeBytes: size, sparse };
}
