import { join } from "node:path";
import type { BaseSpace } from "../api/client.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { type Folders, stagingFolderIn } from "../config/folders.ts";
import type { Config } from "../config/config.ts";
import { maxDescriptors } from "../core/descriptors.ts";
import { describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { failures } from "../core/telemetry.ts";
import { errnoOf } from "../fs/errno.ts";
import { andThen } from "../core/maybe-promise.ts";
import { isFinal } from "../fs/writable-folder.ts";
import type { LocalListings } from "../tree/local-listing.ts";
import type { StagedFile } from "../write/staged-file.ts";
import { StagedFiles } from "../write/staged-files.ts";
import { Staging } from "../write/staging.ts";
import { StagingFolders } from "../write/staging-folders.ts";
import type { UploadedContent } from "../write/upload-target.ts";
import { mountPathOf } from "./upload-list.ts";
import type { UsedResults } from "./used-results.ts";

/**
 * Files of a session that BaseSpace lacks: being uploaded or waiting, failed, under a temporary name, closed in a result
 * whose files are finished only when somebody says so, and interrupted.
 */
export interface UploadCounts {
  readonly pending: number;
  readonly failed: number;
  readonly awaitingRename: number;
  readonly awaitingCommit: number;
  readonly interrupted: number;
}

/** Complete files whose bytes stay in staging, to be read from there. */
const MOST_KEPT = 256;
/** Descriptors that staging files leave: for connections, the kernel, and to see which processes write. */
const OTHER_DESCRIPTORS = 96;

/** Where a session keeps the bytes of files that are written, and where earlier ones have kept them. */
export function stagingFoldersOf({ staging, state }: Folders): StagingFolders {
  const records = join(state, "staging-folders");
  return new StagingFolders({ current: staging, usual: stagingFolderIn(state), records });
}

/** Where the records are of files that were removed here, and that BaseSpace still has. */
export function whiteoutsFolderIn({ state }: Pick<Folders, "state">): string {
  return join(state, "removed");
}

/** The files that were written in a session, and where their bytes are. */
export interface OpenedStaging extends AsyncDisposable {
  readonly staged: StagedFiles;
  readonly staging: Staging;
}

export interface OpenStagingOptions {
  readonly client: BaseSpace;
  /** The catalog whose listings have to show files that are no longer listed here. */
  readonly catalog: Catalog;
  /** The user that the token belongs to. */
  readonly userId: string;
  readonly logger: Logger;
  /** Is told which app results are written. */
  readonly used: Pick<UsedResults, "add">;
}

export function openStaging(
  config: Config,
  { client, catalog, userId, logger, used }: OpenStagingOptions,
): OpenedStaging {
  const { apiServer } = client;
  const maxFiles = Math.max(1, maxDescriptors() - OTHER_DESCRIPTORS);
  const owner = { apiServer, userId };
  const maxBytes = config.mount.stagingBytes;
  const staging = new Staging(config.folders.staging, {
    owner,
    maxFiles,
    maxBytes,
    folders: stagingFoldersOf(config.folders),
  });
  const staged = new StagedFiles({
    target: client.uploads,
    content: uploadedContent(client),
    verifiesUploads: config.verifiesUploads,
    staging,
    logger,
    writeMode: config.mount.writeMode,
    whiteouts: { folder: whiteoutsFolderIn(config.folders), owner },
    keptFiles: Math.min(MOST_KEPT, Math.floor(maxFiles / 2)),
    onUsed: ({ appResultId, resultPath }) => used.add(appResultId, resultPath),
    onForgotten: (id) => catalog.invalidate({ kind: "appresult", id }),
    onUploadFailed: (file, error) => {
      const path = mountPathOf(file);
      if (failures.active)
        failures.publish({ operation: "upload", path, errno: errnoOf(error), error });
      else logger.error({ path, error: describeError(error) }, "an upload failed");
    },
  });
  return {
    staged,
    staging,
    [Symbol.asyncDispose]: async () => await staged[Symbol.asyncDispose](),
  };
}

/** Reads what was uploaded, to verify it. */
function uploadedContent({ content }: BaseSpace): UploadedContent {
  return {
    readRange: async ({ into, ...part }, signal) => {
      await content.readRange({ ...part, into: [into], expected: undefined }, signal);
    },
  };
}

/**
 * What the tree shows beside BaseSpace's files: those of app results, where files can be written. Empty folders, which
 * BaseSpace does not have, are shown as long as the app result takes files.
 */
export function listingsOf({ lists, whiteouts }: StagedFiles): LocalListings {
  return (owner) => {
    if (owner.kind !== "appresult") return undefined;
    return andThen(whiteouts.upToDate(owner.id), () => {
      if (isFinal(owner)) lists.forgetFolders(owner.id);
      return lists.listing(owner.id);
    });
  };
}

export function countUploads(staged: StagedFiles): UploadCounts {
  const files = staged.unfinished();
  const count = (has: (file: StagedFile) => boolean): number => files.filter(has).length;
  const interrupted = count(({ isInterrupted }) => isInterrupted);
  const failed = count(({ content, isInterrupted }) => {
    return !isInterrupted && content.failure !== undefined;
  });
  const temporary = count(({ awaitsRename, isInterrupted }) => !isInterrupted && awaitsRename);
  const waiting = count(({ awaitsRename, awaitsCommit }) => !awaitsRename && awaitsCommit);
  const pending = files.length - failed - temporary - interrupted - waiting;
  return { pending, failed, awaitingRename: temporary, awaitingCommit: waiting, interrupted };
}
