import type { CachedCatalog } from "../catalog/cached-catalog.ts";
import type { Config } from "../config/config.ts";
import { pathOf } from "../tree/node.ts";
import { PathTree } from "../tree/path-tree.ts";
import { listingsOf, type OpenedStaging } from "./open-staging.ts";
import { ownFiles } from "./own-files.ts";
import type { RecentFailures } from "./recent-failures.ts";
import { allUploads, type SessionUploads, sessionUploads } from "./session-uploads.ts";

export type { SessionUploads } from "./session-uploads.ts";

export interface OpenTreeOptions {
  readonly catalog: CachedCatalog;
  readonly uploads: OpenedStaging;
  /** Absent without a mount, which alone has the directory `.bsmount`. */
  readonly failures: RecentFailures | undefined;
}

/** The tree of a session. */
export function openTree(
  { tree: { negativeTtlMs, showHidden } }: Config,
  { catalog, uploads, failures }: OpenTreeOptions,
): PathTree {
  const local = listingsOf(uploads.staged);
  const options = { catalog, local, showHidden, negativeTtlMs };
  if (failures === undefined) return new PathTree(options);
  const own = ownFiles({ failures: () => failures.all, uploads: () => allUploads(uploads) });
  return new PathTree({ ...options, ownFiles: own });
}

/** The unfinished files of a session, whose paths may contain Ids. */
export function uploadsIn(tree: PathTree, uploads: OpenedStaging): SessionUploads {
  const resolve = async (path: string, signal: AbortSignal): Promise<string> =>
    pathOf(await tree.resolve(path, signal));
  return sessionUploads({ ...uploads, resolve });
}
