import type { BaseSpace } from "../api/client.ts";
import type { CachedCatalog } from "../catalog/cached-catalog.ts";
import type { Config } from "../config/config.ts";
import { BsmountError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { createFileSystem } from "../fs/create-file-system.ts";
import type { FileSystem } from "../fs/file-system.ts";
import type { StatusChange } from "../fs/writing.ts";
import type { Readers } from "../read/reader.ts";
import { type EntityDirectory, type Node, parentOf, pathOf } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";
import type { RefuseElsewhere } from "./ending-result.ts";
import { ApiEntityMaker } from "./entity-maker.ts";
import { NewResult, type NewResultDetails } from "./new-result.ts";
import { type OpenedStaging, stagingFoldersOf } from "./open-staging.ts";
import { openTree, type SessionUploads, uploadsIn } from "./open-tree.ts";
import type { RecentFailures } from "./recent-failures.ts";
import { ResultCompletion } from "./result-completion.ts";
import type { UnfinishedFilesPolicy } from "./temporary-files-policy.ts";
import { transferPathsOf, transfersFolderIn, type TransferPaths } from "./transfer-paths.ts";
import type { UsedResults } from "./used-results.ts";
import { pathsOf, type StatusOutcome } from "./status-outcome.ts";

/** How long the kernel caches names and attributes, in milliseconds. */
export const KERNEL_TTL_MS = 1000;

/** What {@link composeTree} builds on. */
export interface TreeParts {
  /** The client of the service. */
  readonly client: BaseSpace;
  readonly catalog: CachedCatalog;
  readonly readers: Readers;
  readonly uploads: OpenedStaging;
  readonly refuseElsewhere: RefuseElsewhere;
  /** Absent without a mount. */
  readonly failures: RecentFailures | undefined;
  readonly newResults: NewResultDetails;
  readonly used: UsedResults;
  /** Looks for a token that allows more; returns whether there is another one. */
  readonly rereadToken: (signal: AbortSignal) => Promise<boolean>;
  readonly logger: Logger;
}

/** What a session can do by its tree. */
export interface TreeSession {
  /** The file system that a mount serves. */
  readonly fileSystem: FileSystem;
  /** Drops every cached listing, so that the next lookup asks the service. */
  refresh(): Promise<void>;
  /** Maps paths to files of BaseSpace, for copying them without the file system. */
  readonly transferPaths: TransferPaths;
  /** The same files one by one, and what can be done with them. */
  readonly unfinishedUploads: SessionUploads;
  /** From now on disposing waits for no uploads: what is not in BaseSpace by then stays in staging. */
  hurry(): void;
  /** Completes the app results that were made or written here, if the configuration says so. */
  readonly completion: Pick<ResultCompletion, "complete" | "leave">;
  /**
   * Sets the status of the app result that `path` (as the mount shows it) is in, after finishing its files. Returns the
   * path of that app result, and of those that have ended with it.
   * @throws BsmountError `usage` when it is in none, `unfinished` while a file has a temporary name and
   * `temporaryFiles` does not say what to do with it, `invalid`
   * @throws StillOpenError while one of its files is open for writing
   */
  setStatus(
    path: string,
    change: StatusChange & UnfinishedFilesPolicy,
    signal: AbortSignal,
  ): Promise<StatusOutcome>;
}

export function composeTree(
  config: Config,
  parts: TreeParts,
): TreeSession & { readonly newResult: NewResult } {
  const { client, catalog, readers, uploads } = parts;
  const { staged } = uploads;
  const tree = openTree(config, parts);
  const transfersFolder = transfersFolderIn(config.folders.state);
  const newResult = new NewResult({ client, tree, details: parts.newResults });
  const stagingFolders = stagingFoldersOf(config.folders);
  const inFolders = { stagingFolders, transfersFolder };
  const maker = new ApiEntityMaker({ ...parts, ...uploads, ...inFolders, newResult });
  const writing = config.mount.readOnly ? {} : { writing: { staged, maker } };
  const { owner } = config;
  return {
    newResult,
    ...endingOf(config, parts, { tree, maker }),
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
  };
}

/** How the session ends: its app results, and at once. */
function endingOf(
  { mount }: Config,
  parts: TreeParts,
  inTree: { readonly tree: PathTree; readonly maker: ApiEntityMaker },
): Pick<TreeSession, "completion" | "hurry" | "setStatus"> {
  const hurry = new AbortController();
  const isWanted = mount.completesOnUnmount;
  const { tree, maker } = inTree;
  return {
    setStatus: async (path, change, signal) => {
      if (mount.readOnly) throw readOnlyError(path);
      const appResult = appResultOf(await tree.resolve(path, signal), path);
      const others = await maker.changeStatus(appResult.entity, change, signal);
      const { logger } = parts;
      return { path: pathOf(appResult), others: await pathsOf(others, { tree, logger }, signal) };
    },
    completion: new ResultCompletion({ ...parts, ...inTree, isWanted, hurry: hurry.signal }),
    hurry: () => {
      hurry.abort(new BsmountError("aborted", "the mount was told to end at once"));
      parts.uploads.staged.hurry();
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
