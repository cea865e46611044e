import { resolve } from "node:path";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { defaultFolders } from "../../config/folders.ts";
import { OPTIONS } from "../../config/options.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { parseWriteMode } from "../../config/option-types.ts";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import type { WriteMode } from "../../core/write-mode.ts";
import { pathInMount, refreshMounts } from "../../mount/mount.ts";
import { WRITE_MODE } from "../../fs/writable-folder.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import type { NewResultDetails } from "../../session/new-result.ts";
import { addOptions, CONNECTION_OPTIONS, valueParser } from "../option-flags.ts";
import { printError, printLine, printWarning } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { isRemote, remoteNames } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";
import { shownPath } from "../shown-path.ts";
import { childOf, findRemote, followLink, type RemoteTreeOptions } from "../remote-tree.ts";

interface MkdirFlags extends Omit<GivenOptions, "writeMode"> {
  readonly parents?: true;
  readonly writeMode?: WriteMode;
  readonly description?: string;
  readonly session?: string;
  readonly reference?: readonly string[];
}

export function mkdirCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("mkdir")
    .description("make a project or an app result, as mkdir in a mount does")
    .argument("<paths...>", "bs:/projects/NEW or bs:/projects/…/appresults/NEW")
    .option("-p, --parents", "also make the project; accept what already exists")
    .option(
      "--write-mode <mode>",
      "of a new app result, on this machine: through, back or commit; default: the mount's",
      parseWriteMode,
    )
    .option("--description <text>", "of a new app result")
    .option(
      "--session <session>",
      "that a new app result belongs to: its Id or name, or a result in it, in a mount or bs:/… " +
        `(default: a new one, env: ${OPTIONS.resultSession.env})`,
      valueParser("session"),
    )
    .option(
      "--reference <path>",
      "a sample or app result that a new one was made of; can be given several times",
      (path: string, others: readonly string[] | undefined) => [...(others ?? []), path],
    );
  return addOptions(command, CONNECTION_OPTIONS).action(async (paths, flags) => {
    onResult(await mkdir(paths, flags, context));
  });
}

async function mkdir(
  paths: readonly string[],
  flags: MkdirFlags,
  context: CommandContext,
): CommandResult {
  for (const path of paths) await refuseInMount(path, defaultFolders(context.environment).runtime);
  for (const path of paths) checkMakeable(path);
  for (const option of RESULT_OPTIONS) {
    if (flags[option] !== undefined) paths.forEach((path) => checkAppResult(path, option));
  }
  const newResults = await detailsOf(flags, context);
  await using session = await openRemoteSession(flags, context, { newResults, makesResults: true });
  const options = { fileSystem: session.fileSystem, signal: context.signal };
  let exitCode: number = EXIT.done;
  for (const path of paths) {
    try {
      await makeAsGiven(path, flags, options);
    } catch (error) {
      context.signal.throwIfAborted();
      printError(error);
      exitCode = exitCodeOf(reasonOf(error));
    }
  }
  // A mount would show what is new only when its listing is old, and a mkdir there would make it twice.
  await refreshMounts(session.config.folders.runtime, session.client.apiServer, context.signal);
  return exitCode;
}

async function makeAsGiven(
  path: string,
  flags: MkdirFlags,
  options: RemoteTreeOptions,
): Promise<void> {
  const make = flags.parents === true ? makeAll : makeOne;
  const isMade = await make(path, options);
  if (!isMade && hasDetails(flags)) printWarning(`${printable(path)} exists, and stays as it is`);
  if (isMade && flags.writeMode !== undefined) await setWriteMode(path, flags.writeMode, options);
}

/** @throws BsmountError `usage` for a path in a mount, with what to write in its place */
async function refuseInMount(path: string, runtimeFolder: string): Promise<void> {
  if (isRemote(path)) return;
  const inMount = await pathInMount(resolve(path), runtimeFolder);
  if (inMount === undefined) return;
  throw new BsmountError(
    "usage",
    `${JSON.stringify(path)} is a path in a mount, not in BaseSpace`,
    {
      remedy: `write it as 'bs:${inMount.inside}', or use mkdir(1), which has no options of BaseSpace`,
    },
  );
}

const RESULT_OPTIONS = ["writeMode", "description", "session", "reference"] as const;

/** @throws BsmountError `usage` */
function checkAppResult(path: string, option: (typeof RESULT_OPTIONS)[number]): void {
  const { length, 2: sort } = remoteNames(path);
  if (length === 4 && sort === "appresults") return;
  const flag = option === "writeMode" ? "write-mode" : option;
  throw new BsmountError("usage", `--${flag} is for app results, and ${path} is none`, {
    remedy: "give bs:/projects/…/appresults/NEW",
  });
}

/** The paths are read before the first request. */
async function detailsOf(
  { description, session, reference = [] }: MkdirFlags,
  { environment }: CommandContext,
): Promise<NewResultDetails> {
  const { runtime } = defaultFolders(environment);
  const references: string[] = [];
  for (const path of reference) references.push(await shownPath(path, runtime));
  return {
    ...(description === undefined ? {} : { description }),
    ...(session === undefined ? {} : { session: await namedSession(session, runtime) }),
    references,
  };
}

/** A session can have any name; so only what looks like a path, and is one in a mount, names a result. */
async function namedSession(given: string, runtimeFolder: string): Promise<string> {
  if (isRemote(given) || !/\/|^\.\.?$/.test(given)) return given;
  const inMount = await pathInMount(resolve(given), runtimeFolder);
  if (inMount !== undefined) return `bs:${inMount.inside}`;
  return given.startsWith("/") ? `bs:${await shownPath(given, runtimeFolder)}` : given;
}

async function setWriteMode(
  path: string,
  mode: WriteMode,
  options: RemoteTreeOptions,
): Promise<void> {
  const { fileSystem, signal } = options;
  const { ino } = (await findRemote(path, options)).attributes;
  await fileSystem.change.setxattr(ino, WRITE_MODE, Buffer.from(mode), signal);
}

function hasDetails(flags: MkdirFlags): boolean {
  return RESULT_OPTIONS.some((option) => flags[option] !== undefined);
}

async function makeOne(path: string, options: RemoteTreeOptions): Promise<true> {
  const names = remoteNames(path);
  const parent = pathOf(names.slice(0, -1));
  try {
    await makeIn(parent, names.at(-1) ?? "", options);
    return true;
  } catch (cause) {
    if (reasonOf(cause) === "exists") throw existsError(path, cause);
    if (reasonOf(cause) !== "not-found") throw cause;
    const isPossible = names.every((_name, at) => canBeNew(names.slice(0, at + 1)));
    throw new BsmountError("not-found", `cannot make ${path}`, {
      cause,
      remedy: isPossible ? "give -p to make the folders above it, too" : WHAT_CAN_BE_NEW,
    });
  }
}

/**
 * Makes `path` and what is missing above it, or nothing when part of it cannot be made. Returns whether `path` is new.
 */
async function makeAll(path: string, options: RemoteTreeOptions): Promise<boolean> {
  const names = remoteNames(path);
  const ancestors = names.map((_name, at) => names.slice(0, at + 1));
  for (const folder of ancestors) {
    if (!canBeNew(folder) && !(await exists(folder, options))) throw readOnlyError(pathOf(folder));
  }
  let isNew = false;
  for (const [at, name] of names.entries()) {
    isNew = !(await exists(names.slice(0, at + 1), options));
    if (isNew) await makeIn(pathOf(names.slice(0, at)), name, options);
  }
  return isNew;
}

async function exists(names: readonly string[], options: RemoteTreeOptions): Promise<boolean> {
  try {
    await findRemote(pathOf(names), options);
    return true;
  } catch (error) {
    if (reasonOf(error) !== "not-found") throw error;
    return false;
  }
}

function pathOf(names: readonly string[]): string {
  return `bs:/${names.join("/")}`;
}

/** Whether this path can be made, or appears together with one that is made. */
function canBeNew(names: readonly string[]): boolean {
  const [kind, , sort, , files] = names;
  if (kind !== "projects") return false;
  if (names.length === 3) return IN_A_PROJECT.has(sort ?? "");
  if (names.length === 4) return sort === "appresults";
  return names.length <= 2 || (names.length === 5 && sort === "appresults" && files === "files");
}

const IN_A_PROJECT: ReadonlySet<string> = new Set(["samples", "samples-by-name", "appresults"]);

const WHAT_CAN_BE_NEW =
  "make a project, bs:/projects/NEW, or an app result, bs:/projects/…/appresults/NEW";

function readOnlyError(path: string): BsmountError {
  const problem = `cannot make ${path}: nothing new can be made there`;
  return new BsmountError("read-only", problem, { remedy: WHAT_CAN_BE_NEW });
}

function existsError(path: string, cause: unknown): BsmountError {
  return new BsmountError("exists", `cannot make ${path}`, {
    cause,
    remedy: "choose another name, or give -p, which accepts what already exists",
  });
}

async function makeIn(path: string, name: string, options: RemoteTreeOptions): Promise<void> {
  const { fileSystem, signal } = options;
  const parent = await followLink(await findRemote(path, options), options);
  try {
    await fileSystem.change.mkdir(parent.attributes.ino, name, 0o755, signal);
  } catch (cause) {
    if (reasonOf(cause) !== "read-only") throw cause;
    throw readOnlyError(`${parent.path}/${name}`);
  }
  const made = await childOf(parent, name, options);
  printLine(`${printable(made.path)} was made`);
}

/**
 * Refuses paths that can be neither a project nor an app result nor its files.
 * @throws BsmountError `usage`; `read-only` for a folder that no app result has; `never-possible` for one below
 * `files`, which exists only while a file is in it
 */
function checkMakeable(path: string): void {
  const names = remoteNames(path);
  if (names.length === 0) throw new BsmountError("usage", `${path} already exists`);
  const [kind, , sort, , files] = names;
  if (names.length < 5 || kind !== "projects" || sort !== "appresults") return;
  if (files !== "files") throw readOnlyError(path);
  if (names.length === 5) return;
  const result = names.slice(0, 5).join("/");
  throw new BsmountError(
    "never-possible",
    `cannot make ${path}: BaseSpace has no empty folders; one below files/ exists while a file is in it`,
    {
      remedy: `cp makes the folders that it needs: bsmount cp FILE '${path}/' or: bsmount cp -r FOLDER 'bs:/${result}'`,
    },
  );
}
