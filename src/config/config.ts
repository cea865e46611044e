import { resolve } from "node:path";
import { BsmountError } from "../core/errors.ts";
import type { LogLevel } from "../core/logger.ts";
import type { WriteMode } from "../core/write-mode.ts";
import { type ConnectionConfig, resolveConnection } from "./connection.ts";
import type { Environment } from "./environment.ts";
import { defaultFolders, type Folders, stagingFolderIn } from "./folders.ts";
import {
  type CompleteOptions,
  type GivenOptions,
  completeOptions,
  withEnvironment,
} from "./option-values.ts";

/*
 * Begin here: `config/` turns flags, environment and profiles into plain values. `resolveConfig` is for sessions and
 * mounts, `resolveSignIn` (`sign-in.ts`) for signing in. Every option is a row of `options.ts`. Which server and which
 * token are used is decided in `connection.ts`, `choose-server.ts`, `find-token.ts` and `refuse-other-server.ts`;
 * profiles are read and written by `profile.ts` and `write-profile.ts`. `cli/` calls it for each command,
 * `session/connect.ts` for programs.
 */

/**
 * Everything that a session needs to know, with all defaults filled in. Plain data that can be sent to other processes.
 */
export interface Config {
  /** Server, token and request limits. */
  readonly connection: ConnectionConfig;
  /** What the tree shows, and for how long. */
  readonly tree: TreeConfig;
  /** The limits of one listing. */
  readonly listing: ListingConfig;
  /** The owner and the modes of everything on the mount. */
  readonly owner: OwnerConfig;
  /** Memory for blocks, in bytes. */
  readonly memoryCacheBytes: number;
  /** Options of the kernel mount. */
  readonly mount: MountConfig;
  /** What app results get when they are made, unless a command says otherwise. */
  readonly newResults: NewResultsConfig;
  /** Every file that is uploaded is read back and compared before it counts as finished. */
  readonly verifiesUploads: boolean;
  /** The folders of bsmount. */
  readonly folders: Folders;
  /** Where and how much to log. */
  readonly log: LogConfig;
}

export interface TreeConfig {
  readonly metadataTtlMs: number;
  readonly negativeTtlMs: number;
  readonly showHidden: boolean;
}

export interface ListingConfig {
  readonly maxListingBytes: number;
  readonly listingTimeoutMs: number;
}

export interface OwnerConfig {
  readonly uid: number;
  readonly gid: number;
  readonly umask: number;
}

export interface MountConfig {
  readonly readOnly: boolean;
  readonly allowOther: boolean;
  readonly noexec: boolean;
  readonly maxBackground: number;
  /** Bytes that staged files may have together; absent for what the disk has. */
  readonly stagingBytes?: number;
  /** When files are finished in results that have no mode of their own. */
  readonly writeMode: WriteMode;
  /** The app results that were made or written on the mount are set Complete when it ends. */
  readonly completesOnUnmount: boolean;
}

export interface NewResultsConfig {
  readonly description?: string;
  /** The Id or the name of an app session, or `bs:/…` for that of an app result. @default a new one */
  readonly session?: string;
}

export interface LogConfig {
  /** @default a file per mount below the state folder */
  readonly file?: string;
  readonly level: LogLevel;
}

const MIN_MEMORY_CACHE_BYTES = 4 * 1024 * 1024;

/**
 * Merges flags, environment and profile, in this order of precedence, and fills in the defaults.
 *
 * @throws BsmountError `usage` for values that make no sense, `not-signed-in` when there is no token for the server
 */
export async function resolveConfig(
  given: GivenOptions,
  environment: Environment,
): Promise<Config> {
  const options = completeOptions(withEnvironment(given, environment));
  return {
    connection: await resolveConnection(given, environment),
    tree: {
      metadataTtlMs: options.metadataTtl,
      negativeTtlMs: options.negativeTtl,
      showHidden: options.showHidden,
    },
    listing: {
      maxListingBytes: options.listingMemory,
      listingTimeoutMs: options.listingTimeout,
    },
    owner: {
      uid: options.uid ?? environment.uid,
      gid: options.gid ?? environment.gid,
      umask: options.umask,
    },
    memoryCacheBytes: checkMemoryCache(options.memoryCache),
    mount: resolveMount(options),
    newResults: resolveNewResults(options),
    verifiesUploads: options.verifyUploads,
    folders: resolveFolders(options, environment),
    log: resolveLog(options),
  };
}

function resolveMount(options: CompleteOptions): MountConfig {
  const { readOnly, allowOther, noexec, maxBackground, writeMode, stagingSize } = options;
  const staging = stagingSize === undefined ? {} : { stagingBytes: stagingSize };
  const completesOnUnmount = options.completeOnUnmount;
  const kernel = { readOnly, allowOther, noexec, maxBackground };
  return { ...kernel, writeMode, completesOnUnmount, ...staging };
}

function resolveNewResults(options: CompleteOptions): NewResultsConfig {
  const { resultDescription: description, resultSession: session } = options;
  return {
    ...(description === undefined ? {} : { description }),
    ...(session === undefined ? {} : { session }),
  };
}

function resolveLog(options: CompleteOptions): LogConfig {
  return {
    ...(options.logFile === undefined ? {} : { file: resolve(options.logFile) }),
    level: options.logLevel,
  };
}

export function resolveFolders(options: GivenOptions, environment: Environment): Folders {
  const folders = defaultFolders(environment);
  const state = options.stateDir === undefined ? folders.state : resolve(options.stateDir);
  const { stagingDir } = options;
  return {
    cache: options.cacheDir === undefined ? folders.cache : resolve(options.cacheDir),
    state,
    staging: stagingDir === undefined ? stagingFolderIn(state) : resolve(stagingDir),
    runtime: folders.runtime,
  };
}

function checkMemoryCache(bytes: number): number {
  if (bytes < MIN_MEMORY_CACHE_BYTES) {
    const size = bytes === 1 ? "1 byte" : `${bytes} bytes`;
    throw new BsmountError("usage", `a memory cache of ${size} is too small to read with`, {
      remedy: "give --memory-cache 4MiB or more",
    });
  }
  return bytes;
}
