import { readdir } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { BsmountError, describeError } from "../../core/errors.ts";
import type { Catalog, CatalogAppResult, CatalogFile, CatalogProject } from "./schema.ts";

/**
 * Makes a catalog project of a folder of plain files. Every direct subfolder becomes an app result of the same
 * name with all files below it; the other files become an app result with the project's name.
 *
 * @throws BsmountError `usage` for a folder that cannot be read
 */
export async function importFolder(
  path: string,
  project: Partial<CatalogProject> = {},
): Promise<CatalogProject> {
  const folder = resolve(path);
  const name = project.name ?? basename(folder);
  const results = new Map<string, CatalogFile[]>();
  for (const found of await filesBelow(folder)) {
    const [first = "", ...rest] = relative(folder, found).split(sep);
    const [result, filePath] = rest.length === 0 ? [name, first] : [first, rest.join("/")];
    const files = results.get(result) ?? [];
    results.set(result, files);
    files.push({ path: filePath, content: { path: found } });
  }
  const imported: CatalogAppResult[] = [...results].map(([result, files]) => ({
    name: result,
    files,
  }));
  return { ...project, name, appResults: [...(project.appResults ?? []), ...imported] };
}

/** Returns `catalog` with the folders that its projects import read in. */
export async function expandFolders(catalog: Catalog, folder: string): Promise<Catalog> {
  if (catalog.projects === undefined) return catalog;
  const projects: CatalogProject[] = [];
  for (const project of catalog.projects) {
    const { importFolder: path } = project;
    projects.push(
      path === undefined ? project : await importFolder(resolve(folder, path), project),
    );
  }
  return { ...catalog, projects };
}

/** Lists plain files in order of their paths, so that they get the same Ids at each start. */
async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => join(entry.parentPath, entry.name)).sort();
  } catch (cause) {
    const reason = describeError(cause);
    throw new BsmountError("usage", `cannot import the folder ${folder}: ${reason}`, { cause });
  }
}
