import { Command } from "commander";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { addOptions, CONNECTION_OPTIONS } from "../option-flags.ts";
import { printError, printLine } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { remoteNames } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";
import { childOf, findRemote, followLink, type RemoteTreeOptions } from "../remote-tree.ts";

export function mkdirCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("mkdir")
    .description("make a project or an app result, as mkdir in a mount does")
    .argument("<paths...>", "bs:/projects/NEW or bs:/projects/…/appresults/NEW")
    .option("-p, --parents", "make the project as well; what is there already is no error");
  addOptions(command, CONNECTION_OPTIONS);
  return command.action(async (paths: string[], parsed: Record<string, unknown>) => {
    onResult(await mkdir(paths, parsed, context));
  });
}

async function mkdir(
  paths: readonly string[],
  parsed: Readonly<Record<string, unknown>>,
  context: CommandContext,
): CommandResult {
  for (const path of paths) checkMakeable(path);
  await using session = await openRemoteSession(parsed, context);
  const options = { fileSystem: session.fileSystem, signal: context.signal };
  const make = parsed["parents"] === true ? makeAll : makeOne;
  let exitCode: number = EXIT.done;
  for (const path of paths) {
    try {
      await make(path, options);
    } catch (error) {
      context.signal.throwIfAborted();
      printError(error);
      exitCode = exitCodeOf(reasonOf(error));
    }
  }
  return exitCode;
}

async function makeOne(path: string, options: RemoteTreeOptions): Promise<void> {
  const names = remoteNames(path);
  const parent = pathOf(names.slice(0, -1));
  try {
    await makeIn(parent, names.at(-1) ?? "", options);
  } catch (cause) {
    if (reasonOf(cause) === "exists") throw alreadyThere(path, cause);
    if (reasonOf(cause) !== "not-found") throw cause;
    const isPossible = names.every((_name, at) => canBeNew(names.slice(0, at + 1)));
    throw new BsmountError("not-found", `cannot make ${path}`, {
      cause,
      remedy: isPossible ? "give -p to make what it is in as well" : WHAT_CAN_BE_NEW,
    });
  }
}

/** Makes what is missing on the way to `path`: all of it, or nothing where some of it cannot be made. */
async function makeAll(path: string, options: RemoteTreeOptions): Promise<void> {
  const names = remoteNames(path);
  const places = names.map((_name, at) => names.slice(0, at + 1));
  for (const place of places) {
    if (!canBeNew(place) && !(await isThere(place, options))) throw nothingNew(pathOf(place));
  }
  for (const [at, name] of names.entries()) {
    if (await isThere(names.slice(0, at + 1), options)) continue;
    await makeIn(pathOf(names.slice(0, at)), name, options);
  }
}

async function isThere(names: readonly string[], options: RemoteTreeOptions): Promise<boolean> {
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

/** Whether something of these names can be made, or comes with what is made. */
function canBeNew(names: readonly string[]): boolean {
  const [kind, , sort, , files] = names;
  if (kind !== "projects") return false;
  if (names.length === 3) return OF_A_PROJECT.has(sort ?? "");
  if (names.length === 4) return sort === "appresults";
  return names.length <= 2 || (names.length === 5 && sort === "appresults" && files === "files");
}

const OF_A_PROJECT: ReadonlySet<string> = new Set(["samples", "samples-by-name", "appresults"]);

const WHAT_CAN_BE_NEW =
  "make a project, bs:/projects/NEW, or an app result, bs:/projects/…/appresults/NEW";

function nothingNew(path: string): BsmountError {
  const problem = `cannot make ${path}: nothing new can be there`;
  return new BsmountError("read-only", problem, { remedy: WHAT_CAN_BE_NEW });
}

function alreadyThere(path: string, cause: unknown): BsmountError {
  return new BsmountError("exists", `cannot make ${path}`, {
    cause,
    remedy: "take another name, or give -p, to which what is there already is no error",
  });
}

async function makeIn(path: string, name: string, options: RemoteTreeOptions): Promise<void> {
  const { fileSystem, signal } = options;
  const parent = await followLink(await findRemote(path, options), options);
  try {
    await fileSystem.change.mkdir(parent.attributes.ino, name, 0o755, signal);
  } catch (cause) {
    if (reasonOf(cause) !== "read-only") throw cause;
    throw nothingNew(`${parent.path}/${name}`);
  }
  const made = await childOf(parent, name, options);
  printLine(`${printable(made.path)} is made`);
}

/**
 * Nothing can be made of a path that is none of a project, an app result or its files.
 * @throws BsmountError `usage`; `read-only` for what no app result has; `never-possible` for a folder below `files`,
 * which exists by what is in it
 */
function checkMakeable(path: string): void {
  const names = remoteNames(path);
  if (names.length === 0) throw new BsmountError("usage", `${path} is there already`);
  const [kind, , sort, , files] = names;
  if (names.length < 5 || kind !== "projects" || sort !== "appresults") return;
  if (files !== "files") throw nothingNew(path);
  if (names.length === 5) return;
  const result = names.slice(0, 5).join("/");
  throw new BsmountError(
    "never-possible",
    `cannot make ${path}: BaseSpace has no empty folders, one below files/ is there while a file is in it`,
    {
      remedy: `cp makes the folders that it needs: bsmount cp FILE '${path}/' or: bsmount cp -r FOLDER 'bs:/${result}'`,
    },
  );
}
