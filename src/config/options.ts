import type { LogLevel } from "../core/logger.ts";
import { parseDuration, parseSize } from "../core/units.ts";
import {
  isSet,
  LOG_LEVELS,
  octal,
  parseLogLevel,
  parseProfileName,
  positiveDuration,
  text,
  wholeNumber,
} from "./option-parsers.ts";
import { REGIONS } from "./regions.ts";

/**
 * One option of the product. The table below is the only place that knows an option's name, default and
 * meaning: the flags, the environment, the mount options of fstab, `--help` and the README come from it.
 */
export interface OptionDefinition<Value> {
  /** The long flag without dashes; also its name in `-o a,b=c`. */
  readonly name: string;
  readonly short?: string;
  /** Placeholder of the argument in help; an option without one is a switch. */
  readonly argument?: string;
  readonly env?: string;
  /** The default as a reader understands it; shown, not parsed. Absent where there is none. */
  readonly defaultText?: string;
  readonly help: string;
  /** Everything that it can be, where that is little: shells offer it. */
  readonly choices?: readonly string[];
  /**
   * Why the option changes nothing in this version. It is taken, so that scripts and fstab lines that have it go
   * on, but shown nowhere, and whoever gives it is told.
   */
  readonly withoutEffect?: string;
  readonly parse: (text: string) => Value;
}

/** What each option is once parsed. Sizes are bytes, durations milliseconds. */
export interface OptionValues {
  readonly profile: string;
  readonly apiServer: string;
  readonly region: string;
  readonly accessTokenFile: string;
  readonly clientId: string;
  readonly clientSecretFile: string;
  readonly scopes: string;
  readonly web: boolean;
  readonly insecureHttp: boolean;
  readonly timeout: number;
  readonly readOnly: boolean;
  readonly allowOther: boolean;
  readonly noexec: boolean;
  readonly uid: number;
  readonly gid: number;
  readonly umask: number;
  readonly memoryCache: number;
  readonly cacheDir: string;
  readonly stateDir: string;
  readonly metadataTtl: number;
  readonly negativeTtl: number;
  readonly listingMemory: number;
  readonly listingTimeout: number;
  readonly showHidden: boolean;
  readonly maxBackground: number;
  readonly logFile: string;
  readonly logLevel: LogLevel;
}

export type OptionKey = keyof OptionValues;

/** Parsed options that were given; what was not given is absent. */
export type GivenOptions = { readonly [Key in OptionKey]?: OptionValues[Key] | undefined };

export const OPTIONS: {
  readonly [Key in OptionKey]: OptionDefinition<OptionValues[Key]>;
} = {
  profile: {
    name: "profile",
    argument: "NAME",
    env: "BASESPACE_PROFILE",
    defaultText: "default",
    help: "sign-in to use: ~/.basespace/NAME.cfg, else section NAME of ~/.basespacepy.cfg",
    parse: parseProfileName,
  },
  apiServer: {
    name: "api-server",
    argument: "URL",
    env: "BASESPACE_API_SERVER",
    defaultText: "the profile's, else region use1",
    help: "BaseSpace API server; https only, http for loopback",
    parse: text,
  },
  region: {
    name: "region",
    argument: "NAME",
    defaultText: "the profile's, else use1",
    help: "API server by region: use1, euc1, euw2, aps2, cac1 or cnn1",
    choices: REGIONS,
    parse: text,
  },
  accessTokenFile: {
    name: "access-token-file",
    argument: "FILE",
    help: "file that holds the access token, mode 0600 (BASESPACE_ACCESS_TOKEN holds the token itself)",
    parse: text,
  },
  clientId: {
    name: "client-id",
    argument: "ID",
    env: "BASESPACE_CLIENT_ID",
    defaultText: "the profile's clientKey",
    help: "app to sign in with: its client id",
    parse: text,
  },
  clientSecretFile: {
    name: "client-secret-file",
    argument: "FILE",
    env: "BASESPACE_CLIENT_SECRET_FILE",
    defaultText: "the profile's clientSecret",
    help: "file that holds the app's client secret, mode 0600",
    parse: text,
  },
  scopes: {
    name: "scopes",
    argument: "LIST",
    defaultText: "read all, write what it makes",
    help: "what the token shall allow, clauses separated by commas: 'READ PROJECT 12,CREATE PROJECTS'",
    parse: text,
  },
  web: {
    name: "web",
    defaultText: "off",
    help: "sign in by a browser on this machine, without a code to compare",
    parse: isSet,
  },
  insecureHttp: {
    name: "insecure-http",
    defaultText: "off",
    help: "allow plain http to a server that is not on this machine: the token can be read on the way",
    parse: isSet,
  },
  timeout: {
    name: "timeout",
    argument: "DURATION",
    env: "BSMOUNT_TIMEOUT",
    defaultText: "30s",
    help: "how long one request may take to answer",
    parse: positiveDuration,
  },
  readOnly: {
    name: "read-only",
    defaultText: "off",
    help: "refuse every write",
    parse: isSet,
  },
  allowOther: {
    name: "allow-other",
    defaultText: "off",
    help: "let other users of this machine in; they read with your token",
    parse: isSet,
  },
  noexec: {
    name: "noexec",
    defaultText: "off",
    help: "let nobody run a program that is on the mount",
    parse: isSet,
  },
  uid: {
    name: "uid",
    argument: "N",
    defaultText: "the caller",
    help: "owner of everything on the mount",
    parse: wholeNumber,
  },
  gid: {
    name: "gid",
    argument: "N",
    defaultText: "the caller",
    help: "group of everything on the mount",
    parse: wholeNumber,
  },
  umask: {
    name: "umask",
    argument: "MODE",
    defaultText: "022",
    help: "permission bits to take away, octal",
    parse: octal,
  },
  memoryCache: {
    name: "memory-cache",
    argument: "SIZE",
    defaultText: "128MiB",
    help: "blocks kept in memory, those in flight included; at least 4MiB",
    parse: parseSize,
  },
  cacheDir: {
    name: "cache-dir",
    argument: "DIR",
    defaultText: "$XDG_CACHE_HOME/bsmount",
    help: "folder for what may be fetched again",
    withoutEffect: "blocks are kept in memory alone, see --memory-cache",
    parse: text,
  },
  stateDir: {
    name: "state-dir",
    argument: "DIR",
    defaultText: "$XDG_STATE_HOME/bsmount",
    help: "folder for logs, staged files and what must survive a restart",
    parse: text,
  },
  metadataTtl: {
    name: "metadata-ttl",
    argument: "DURATION",
    defaultText: "60s",
    help: "how long a listing is taken as true",
    parse: parseDuration,
  },
  negativeTtl: {
    name: "negative-ttl",
    argument: "DURATION",
    defaultText: "5s",
    help: "how long an Id that the service did not know is not asked for again",
    parse: parseDuration,
  },
  listingMemory: {
    name: "listing-memory",
    argument: "SIZE",
    env: "BSMOUNT_LISTING_MEMORY",
    defaultText: "128MiB",
    help: "memory for one listing: a longer one is an error; 400 000 files take the default",
    parse: parseSize,
  },
  listingTimeout: {
    name: "listing-timeout",
    argument: "DURATION",
    env: "BSMOUNT_LISTING_TIMEOUT",
    defaultText: "10m",
    help: "how long the service may take for all of a listing",
    parse: positiveDuration,
  },
  showHidden: {
    name: "show-hidden",
    defaultText: "off",
    help: "list the hidden metadata files (.id, .name, .type, .href, .json)",
    parse: isSet,
  },
  maxBackground: {
    name: "max-background",
    argument: "N",
    defaultText: "9",
    help: "kernel read-ahead requests in flight",
    parse: wholeNumber,
  },
  logFile: {
    name: "log-file",
    argument: "FILE",
    defaultText: "<state>/log/<mount>.log",
    help: "where a mount in the background logs; rotated",
    parse: text,
  },
  logLevel: {
    name: "log-level",
    argument: "LEVEL",
    env: "BSMOUNT_LOG",
    defaultText: "info",
    help: "silent, error, warn, info, debug or trace",
    choices: LOG_LEVELS,
    parse: parseLogLevel,
  },
};
