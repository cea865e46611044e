import { join } from "node:path";
import type { BaseSpace } from "../api/client.ts";
import { ApiCatalog } from "../catalog/api-catalog.ts";
import { CachedCatalog } from "../catalog/cached-catalog.ts";
import { OverlaidCatalog } from "../catalog/overlaid-catalog.ts";
import type { Folders } from "../config/folders.ts";
import type { Config } from "../config/config.ts";
import { maxDescriptors } from "../core/descriptors.ts";
import type { Logger } from "../core/logger.ts";
import type { LocalFile } from "../write/local-file.ts";
import { LocalFiles } from "../write/local-files.ts";
import { Staging } from "../write/staging.ts";

/** Uploads of a session: on their way or waiting, failed, and held back under a temporary name. */
export interface UploadCounts {
  readonly pending: number;
  readonly failed: number;
  readonly held: number;
}

/** Files that BaseSpace has and that can still be read from here. */
const MOST_KEPT = 256;
/** Descriptors that files do not take: for connections, the kernel, and to look who else writes. */
const OTHER_DESCRIPTORS = 96;

/** Where a session keeps the bytes of files that are written. */
export function stagingFolderOf({ folders }: Config): string {
  return stagingFolderIn(folders);
}

export function stagingFolderIn({ state }: Folders): string {
  return join(state, "staging");
}

/** The files written in a session, and the catalog that shows them beside BaseSpace's. */
export interface LocalUploads extends AsyncDisposable {
  readonly local: LocalFiles;
  readonly staging: Staging;
  readonly cached: CachedCatalog;
  readonly catalog: OverlaidCatalog;
}

export interface LocalUploadsOptions {
  readonly client: BaseSpace;
  /** Whose token it is. */
  readonly userId: string;
  readonly logger: Logger;
}

export function openLocalUploads(
  config: Config,
  { client, userId, logger }: LocalUploadsOptions,
): LocalUploads {
  const api = new ApiCatalog(client, config.listing);
  const { maxListingBytes: maxBytes } = config.listing;
  const cached = new CachedCatalog(api, { ttlMs: config.tree.metadataTtlMs, maxBytes });
  const { apiServer } = client;
  const maxFiles = Math.max(1, maxDescriptors() - OTHER_DESCRIPTORS);
  const owner = { apiServer, userId };
  const staging = new Staging(stagingFolderOf(config), { owner, maxFiles });
  const local = new LocalFiles({
    target: client.uploads,
    staging,
    logger,
    keptFiles: Math.min(MOST_KEPT, Math.floor(maxFiles / 2)),
    onForgotten: (id) => cached.invalidate({ kind: "appresult", id }),
  });
  return {
    local,
    staging,
    cached,
    catalog: new OverlaidCatalog(cached, local.lists),
    [Symbol.asyncDispose]: async () => await local[Symbol.asyncDispose](),
  };
}

export function countUploads(local: LocalFiles): UploadCounts {
  const files = local.unfinished();
  const count = (has: (file: LocalFile) => boolean): number => files.filter(has).length;
  const failed = count(({ failure }) => failure !== undefined);
  const held = count(({ isHeld }) => isHeld);
  return { pending: files.length - failed - held, failed, held };
}
