import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { BsmountError, describeError } from "../../core/errors.ts";
import type { Catalog } from "./schema.ts";
import { validateCatalog } from "./validate.ts";

export interface LoadedCatalog {
  readonly catalog: Catalog;
  /** The folder that paths in the catalog are relative to. */
  readonly folder: string;
}

/** Where a catalog comes from: an object, or else a JSON file. */
export interface CatalogSource {
  readonly catalog?: Catalog;
  readonly catalogFile?: string;
}

/** Reads and validates the catalog that the options name; without one it is empty. @throws BsmountError `usage` */
export async function loadCatalog(options: CatalogSource): Promise<LoadedCatalog> {
  if (options.catalog !== undefined) {
    return { catalog: validateCatalog(options.catalog), folder: process.cwd() };
  }
  if (options.catalogFile === undefined) return { catalog: {}, folder: process.cwd() };
  const json = await readJson(options.catalogFile);
  return { catalog: validateCatalog(json), folder: dirname(resolve(options.catalogFile)) };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new BsmountError("usage", `cannot read the catalog ${path}: ${describeError(cause)}`, {
      cause,
      remedy: "set --catalog to the path of a JSON file",
    });
  }
}
