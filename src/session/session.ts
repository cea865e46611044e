/*
 * Begin here: a session is everything for one configuration but FUSE. `openSession` signs in (`connect.ts`,
 * `current-token.ts`), opens the staged files (`open-staging.ts`) and composes catalog, tree, readers and file system;
 * `entity-maker.ts` makes entities and ends app results, `ending-result.ts` and `unfinished-files.ts` say what keeps one
 * from ending, `session-uploads.ts` what can be done with one file, `transfer-paths.ts` maps paths for commands that copy. `mount/` serves a session, `cli/` uses it directly.
 */

import type { BaseSpace } from "../api/client.ts";
import { startAdoption } from "./adopt-leftovers.ts";
import { ApiCatalog } from "../catalog/api-catalog.ts";
import { CachedCatalog } from "../catalog/cached-catalog.ts";
import type { Config } from "../config/config.ts";
import { BsmountError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { createFileSystem } from "../fs/create-file-system.ts";
import { OwnedResources } from "../core/owned-resources.ts";
import type { FileSystem } from "../fs/file-system.ts";
import type { StatusChange } from "../fs/writing.ts";
import { MetricsCollector, type MetricsSnapshot } from "../metrics/metrics.ts";
import { createReaders } from "../read/create-readers.ts";
import type { Readers } from "../read/reader.ts";
import { type EntityDirectory, type Node, parentOf, pathOf } from "../tree/node.ts";
import type { StagedFiles } from "../write/staged-files.ts";
import { shownPathOf } from "../write/result-file.ts";
import {
  lockFolderIn,
  transferPathsOf,
  transfersFolderIn,
  type TransferPaths,
} from "./transfer-paths.ts";
import { ApiEntityMaker } from "./entity-maker.ts";
import { openClient } from "./connect.ts";
import type { RefuseElsewhere } from "./ending-result.ts";
import { openTree, type SessionUploads, uploadsIn } from "./open-tree.ts";
import { RecentFailures } from "./recent-failures.ts";
import type { UnfinishedFilesPolicy } from "./temporary-files-policy.ts";
import {
  countUploads,
  type OpenedStaging,
  openStaging,
  type UploadCounts,
} from "./open-staging.ts";
import { describeSession, type SessionDescription } from "./session-description.ts";
import { TokenWatch } from "./token-watch.ts";
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
  /** Shows what failed, and what BaseSpace lacks, in the directory `.bsmount`; for a mount. @default false */
  readonly hasOwnFiles?: boolean;
}

/** How long the kernel caches names and attributes, in milliseconds. */
export const KERNEL_TTL_MS = 1000;

/** BaseSpace as a file system for one user, without FUSE. Close it: it owns connections and memory. */
export interface Session extends AsyncDisposable {
  /** The configuration. */
  readonly config: Config;
  /** The client of the service. */
  readonly client: BaseSpace;
  /** The file system that a mount serves. */
  readonly fileSystem: FileSystem;
  /** The user that the token belongs to. */
  readonly user: { readonly id: string; readonly name: string };
  /** Returns what `bsmount status` shows; no secrets. */
  describe(): SessionDescription;
  /** Drops every cached listing, so that the next lookup asks the service. */
  refresh(): Promise<void>;
  /** Maps paths to files of BaseSpace, for copying them without the file system. */
  readonly transferPaths: TransferPaths;
  /** The numbers since the session began. */
  metrics(): Promise<MetricsSnapshot>;
  /** The numbers of files that are not in BaseSpace. */
  uploads(): UploadCounts;
  /** Returns the files that were written and are not complete in BaseSpace yet. */
  unfinishedFiles(): UnfinishedFiles;
  /** The same files one by one, and what can be done with them. */
  readonly unfinishedUploads: SessionUploads;
  /** From now on disposing waits for no uploads: what is not in BaseSpace by then stays in staging. */
  hurry(): void;
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
  /**
   * Sets the status of the app result that `path` (as the mount shows it) is in, after finishing its files. Returns the
   * path of that app result.
   * @throws BsmountError `usage` when it is in none, `unfinished` while a file has a temporary name and
   * `temporaryFiles` does not say what to do with it, `invalid`
   * @throws StillOpenError while one of its files is open for writing
   */
  setStatus(
    path: string,
    change: StatusChange & UnfinishedFilesPolicy,
    signal: AbortSignal,
  ): Promise<string>;
}

/**
 * Composes a session, bottom to top. The first request asks which user the token belongs to, so a wrong server or a bad
 * token shows here and not at the first `ls`.
 *
 * @throws BsmountError `not-signed-in`, `access-denied`, `timeout`, `unavailable`, `usage`
 */
export async function openSession(
  config: Config,
  { logger, refuseElsewhere = async () => {}, ...options }: SessionOptions,
  signal: AbortSignal,
): Promise<Session> {
  const owned = new OwnedResources();
  let hurry = (): void => {};
  try {
    const metrics = owned.use(new MetricsCollector());
    const token = owned.use(new TokenWatch());
    const lockFolder = lockFolderIn(config.folders.state);
    const { client, user } = await openClient(config.connection, { logger, lockFolder }, signal);
    owned.use(client);
    const { id, name } = user;
    const memoryBytes = config.memoryCacheBytes;
    const readers = owned.use(createReaders({ source: client.content, memoryBytes, logger }));
    const catalog = openCatalog(config, client);
    const uploads = owned.use(openStaging(config, { client, catalog, userId: id, logger }));
    const failures = options.hasOwnFiles === true ? owned.use(new RecentFailures()) : undefined;
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
      ...composeTree(config, { client, catalog, readers, uploads, refuseElsewhere, failures }),
      metrics: async () => await metrics.snapshot(),
      [Symbol.asyncDispose]: async () => await owned[Symbol.asyncDispose](),
    };
  } catch (error) {
    hurry();
    await owned[Symbol.asyncDispose]();
    throw error;
  }
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
  | "hurry"
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
    hurry: () => staged.hurry(),
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

interface TreeParts {
  /** The client of the service. */
  readonly client: BaseSpace;
  readonly catalog: CachedCatalog;
  readonly readers: Readers;
  readonly uploads: OpenedStaging;
  readonly refuseElsewhere: RefuseElsewhere;
  /** Absent without a mount. */
  readonly failures: RecentFailures | undefined;
}

function composeTree(
  config: Config,
  parts: TreeParts,
): Pick<Session, "fileSystem" | "transferPaths" | "refresh" | "setStatus" | "unfinishedUploads"> {
  const { client, catalog, readers, uploads, refuseElsewhere } = parts;
  const { staged, staging } = uploads;
  const tree = openTree(config, parts);
  const transfersFolder = transfersFolderIn(config.folders.state);
  const shared = { client, catalog, staged, staging };
  const maker = new ApiEntityMaker({ ...shared, transfersFolder, refuseElsewhere });
  const writing = config.mount.readOnly ? {} : { writing: { staged, maker } };
  const { owner } = config;
  return {
    fileSystem: createFileSystem({
      tree,
      readers,
      owner,
      attributeTtlMs: KERNEL_TTL_MS,
      ...writing,
    }),
    transferPaths: transferPathsOf({
      apiServer: client.apiServer,
      tree,
      maker,
      whiteouts: staged.whiteouts,
      stateFolder: config.folders.state,
    }),
    unfinishedUploads: uploadsIn(tree, uploads),
    refresh: async () => {
      catalog.invalidateAll();
      tree.forgetAbsent();
    },
    setStatus: async (path, change, signal) => {
      if (config.mount.readOnly) throw readOnlyError(path);
      const appResult = appResultOf(await tree.resolve(path, signal), path);
      await maker.setStatus(appResult.entity, change, signal);
      return pathOf(appResult);
    },
  };
}

function readOnlyError(path: string): BsmountError {
  const problem = `cannot set the status of ${path}: the mount is --read-only`;
  return new BsmountError("read-only", problem, { remedy: "mount without --read-only" });
}

/** The app result that `node` is, or is in. @throws BsmountError `usage` when there is none */
function appResultOf(node: Node, path: string): EntityDirectory {
  for (let at = node; at.kind !== "root"; at = parentOf(at)) {
    if (at.kind === "entity" && at.entity.kind === "appresult") return at;
  }
  throw new BsmountError("usage", `${path} is not in an app result`, {
    remedy: "give the path of an app result, /projects/NAME/appresults/NAME, or one below it",
  });
}
