/*
 * Begin here: a session is everything for one configuration but FUSE. `openSession` signs in (`connect.ts`,
 * `current-token.ts`), opens the staged files (`open-staging.ts`) and composes tree and file system (`compose-tree.ts`);
 * `entity-maker.ts` makes entities and ends app results, `new-result.ts` says what new ones get, `result-preparation.ts`
 * finishes the files of one that ends, `ending-result.ts` and `unfinished-files.ts` say what keeps one from ending,
 * `result-completion.ts` ends those of a mount, `session-uploads.ts` says what can be done with one file,
 * `transfer-paths.ts` maps paths for commands that copy. `mount/` serves a session, `cli/` uses it directly.
 */

import type { BaseSpace } from "../api/client.ts";
import type { User } from "../api/models/user.ts";
import { startAdoption } from "./adopt-leftovers.ts";
import { ApiCatalog } from "../catalog/api-catalog.ts";
import { CachedCatalog } from "../catalog/cached-catalog.ts";
import type { Config } from "../config/config.ts";
import type { Logger } from "../core/logger.ts";
import { OwnedResources } from "../core/owned-resources.ts";
import { MetricsCollector, type MetricsSnapshot } from "../metrics/metrics.ts";
import { createReaders } from "../read/create-readers.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import { shownPathOf } from "../write/result-file.ts";
import { composeTree, type TreeParts, type TreeSession } from "./compose-tree.ts";
import { lockFolderIn } from "./transfer-paths.ts";
import { openClient } from "./connect.ts";
import type { RefuseElsewhere } from "./ending-result.ts";
import type { NewResultDetails } from "./new-result.ts";
import { RecentFailures } from "./recent-failures.ts";
import { countUploads, openStaging, type UploadCounts } from "./open-staging.ts";
import { describeSession, type SessionDescription } from "./session-description.ts";
import { TokenWatch } from "./token-watch.ts";
import { UsedResults } from "./used-results.ts";
import {
  discardTemporaryNames,
  keepTemporaryNames,
  type UnfinishedFiles,
  unfinishedFiles,
  interruptedFiles,
} from "./unfinished-files.ts";

export interface SessionOptions {
  readonly logger: Logger;
  /** Asks other mounts before the status of an app result changes. @default there are none */
  readonly refuseElsewhere?: RefuseElsewhere;
  /** Continues uploads that ended mounts left behind; see `adopt-leftovers.ts`. @default false */
  readonly adoptsLeftovers?: boolean;
  /** What new app results get beside their names, before what the configuration says. */
  readonly newResults?: NewResultDetails;
  /** It is going to make app results: fails at once if their session or a reference is wrong. @default false */
  readonly makesResults?: boolean;
  /** Shows what failed, and what BaseSpace lacks, in the directory `.bsmount`; for a mount. @default false */
  readonly hasOwnFiles?: boolean;
}

/** BaseSpace as a file system for one user, without FUSE. Close it: it owns connections and memory. */
export interface Session extends AsyncDisposable, TreeSession {
  /** The configuration. */
  readonly config: Config;
  /** The client of the service. */
  readonly client: BaseSpace;
  /** The user that the token belongs to. */
  readonly user: { readonly id: string; readonly name: string };
  /** Returns what `bsmount status` shows; no secrets. */
  describe(): SessionDescription;
  /** The numbers since the session began. */
  metrics(): Promise<MetricsSnapshot>;
  /** The numbers of files that are not in BaseSpace. */
  uploads(): UploadCounts;
  /** Returns the files that were written and are not complete in BaseSpace yet. */
  unfinishedFiles(): UnfinishedFiles;
  /** Returns the paths of files that are open for writing, after files that were just closed were released. */
  stillOpen(signal: AbortSignal): Promise<readonly string[]>;
  /** Returns the paths of files of an app result that are not in BaseSpace: open for writing, and the others. */
  unfinishedIn(
    appResultId: string,
    signal: AbortSignal,
  ): Promise<{ readonly open: readonly string[]; readonly left: readonly string[] }>;
  /** Makes the temporary names of files their final ones. */
  keepTemporaryNames(signal: AbortSignal): Promise<void>;
  /** Removes files under temporary names, unless somebody has them open. */
  discardTemporaryNames(signal: AbortSignal): Promise<void>;
  /** Counts interrupted files as closed: from now on they can be finished as they are. */
  closeInterrupted(): Promise<void>;
  /** Files that await a commit, of all app results or of one, are finished from now on as the others. */
  commitUploads(appResultId?: string): Promise<void>;
  /** Finishes files that were closed and not finished, such as empty ones. @throws what uploading can throw */
  finishUploads(signal: AbortSignal): Promise<void>;
}

/**
 * Composes a session, bottom to top. The first request asks which user the token belongs to, so a wrong server or a bad
 * token shows here and not at the first `ls`.
 *
 * @throws BsmountError `not-signed-in`, `access-denied`, `timeout`, `unavailable`, `usage`
 */
export async function openSession(
  config: Config,
  options: SessionOptions,
  signal: AbortSignal,
): Promise<Session> {
  const owned = new OwnedResources();
  let hurry = (): void => {};
  try {
    const metrics = owned.use(new MetricsCollector());
    const token = owned.use(new TokenWatch());
    const { user, ...parts } = await openParts(config, options, { owned, signal });
    const { client, catalog, uploads, logger } = parts;
    const { id, name } = user;
    const { newResult, ...composed } = composeTree(config, parts);
    // What is wrong with a session or a reference shows before anything is made, or mounted.
    if (options.makesResults === true && !config.mount.readOnly) await newResult.fields(signal);
    if (options.adoptsLeftovers === true) {
      // A session that does not start leaves to the next one what it has adopted.
      hurry = () => uploads.staged.hurry();
      owned.use(await startAdoption({ ...uploads, catalog, logger }, signal));
      signal.throwIfAborted();
    }
    return {
      config,
      client,
      user: { id, name },
      describe: () => describeSession(config, name, token),
      ...uploadsOf(uploads.staged),
      ...composed,
      metrics: async () => await metrics.snapshot(),
      [Symbol.asyncDispose]: async () => await owned[Symbol.asyncDispose](),
    };
  } catch (error) {
    hurry();
    await owned[Symbol.asyncDispose]();
    throw error;
  }
}

/** Signs in, and opens what the tree is composed of. */
async function openParts(
  config: Config,
  { logger, refuseElsewhere = async () => {}, ...options }: SessionOptions,
  { owned, signal }: { readonly owned: OwnedResources; readonly signal: AbortSignal },
): Promise<TreeParts & { readonly user: User }> {
  const lockFolder = lockFolderIn(config.folders.state);
  const inClient = { logger, lockFolder };
  const { client, user, token } = await openClient(config.connection, inClient, signal);
  owned.use(client);
  const memoryBytes = config.memoryCacheBytes;
  const readers = owned.use(createReaders({ source: client.content, memoryBytes, logger }));
  const catalog = openCatalog(config, client);
  const used = new UsedResults();
  const staging = { client, catalog, userId: user.id, logger, used };
  const uploads = owned.use(openStaging(config, staging));
  const failures = options.hasOwnFiles === true ? owned.use(new RecentFailures()) : undefined;
  const newResults = { ...config.newResults, ...options.newResults };
  const { reread: rereadToken } = token;
  const own = { refuseElsewhere, failures, newResults, used, logger, rereadToken };
  return { user, client, catalog, readers, uploads, ...own };
}

/** The methods of a session about the files that were written in it. */
function uploadsOf(
  staged: StagedFiles,
): Pick<
  Session,
  | "closeInterrupted"
  | "commitUploads"
  | "discardTemporaryNames"
  | "finishUploads"
  | "stillOpen"
  | "unfinishedIn"
  | "keepTemporaryNames"
  | "uploads"
  | "unfinishedFiles"
> {
  return {
    uploads: () => countUploads(staged),
    unfinishedFiles: () => unfinishedFiles(staged),
    keepTemporaryNames: async (signal) => await keepTemporaryNames(staged, {}, signal),
    discardTemporaryNames: async (signal) => await discardTemporaryNames(staged, {}, signal),
    closeInterrupted: async () => {
      for (const file of interruptedFiles(staged.unfinished())) await file.close();
    },
    commitUploads: async (appResultId) => await staged.finishing.commitAll(appResultId),
    finishUploads: async (signal) => await staged.finishing.finishAll(signal),
    stillOpen: async (signal) => (await staged.finishing.stillOpen(signal)).map(shownPathOf),
    unfinishedIn: async (appResultId, signal) => {
      const open = (await staged.finishing.stillOpen(signal, appResultId)).map(shownPathOf);
      const closed = staged
        .unfinished(appResultId)
        .filter(({ isOpenForWriting }) => !isOpenForWriting);
      return { open, left: closed.map(({ shownPath }) => shownPath) };
    },
  };
}

function openCatalog({ listing, tree }: Config, client: BaseSpace): CachedCatalog {
  const { metadataTtlMs: ttlMs } = tree;
  return new CachedCatalog(new ApiCatalog(client, listing), {
    ttlMs,
    maxBytes: listing.maxListingBytes,
  });
}
