import { ApiCatalog, type ApiCatalogOptions } from "../../src/catalog/api-catalog.ts";
import { CachedCatalog, type CachedCatalogOptions } from "../../src/catalog/cached-catalog.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { defaultOf } from "../../src/config/option-values.ts";
import { PathTree, type PathTreeOptions } from "../../src/tree/path-tree.ts";

/** A catalog of the service with the limits that a mount has by default. */
export function apiCatalog(
  client: ConstructorParameters<typeof ApiCatalog>[0],
  options: Partial<ApiCatalogOptions> = {},
): ApiCatalog {
  const maxListingBytes = defaultOf("listingMemory");
  return new ApiCatalog(client, {
    maxListingBytes,
    listingTimeoutMs: defaultOf("listingTimeout"),
    ...options,
  });
}

/** A cached catalog with the limits that a mount has by default. */
export function cachedCatalog(
  inner: Catalog,
  options: Partial<CachedCatalogOptions> = {},
): CachedCatalog {
  const ttlMs = defaultOf("metadataTtl");
  return new CachedCatalog(inner, { ttlMs, maxBytes: defaultOf("listingMemory"), ...options });
}

/** A tree with the limits that a mount has by default. */
export function pathTree(
  options: Partial<PathTreeOptions> & Pick<PathTreeOptions, "catalog">,
): PathTree {
  return new PathTree({ negativeTtlMs: defaultOf("negativeTtl"), ...options });
}
