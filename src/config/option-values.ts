import type { LogLevel } from "../core/logger.ts";

/**
 * One option of the product. The table in `options.ts` is the only place that knows an option's name, default and
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
