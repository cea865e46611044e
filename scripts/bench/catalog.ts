import type { Catalog } from "../../src/emulator/catalog/schema.ts";

/** An account with one app result that holds one file; `source` is relative to the catalog. */
export function renderOneFileCatalog(source: string): {
  readonly text: string;
  readonly mountedPath: string;
} {
  const files = [{ path: source, content: { path: source } }];
  const catalog: Catalog = {
    projects: [{ name: "bench", appResults: [{ name: "one", files }] }],
  };
  return {
    text: JSON.stringify(catalog),
    mountedPath: `projects/bench/appresults/one/files/${source}`,
  };
}
