import { Command } from "commander";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { addOptions, CONNECTION_OPTIONS } from "../option-flags.ts";
import { printable, printError, printLine } from "../output.ts";
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
  const parent = `bs:/${names.slice(0, -1).join("/")}`;
  try {
    await makeIn(parent, names.at(-1) ?? "", options);
  } catch (cause) {
    if (reasonOf(cause) !== "not-found") throw cause;
    throw new BsmountError("not-found", `cannot make ${path}`, {
      cause,
      remedy: "give -p to make what it is in as well",
    });
  }
}

/** Makes what is missing on the way to `path`. */
async function makeAll(path: string, options: RemoteTreeOptions): Promise<void> {
  const names = remoteNames(path);
  for (const [at, name] of names.entries()) {
    try {
      await findRemote(`bs:/${names.slice(0, at + 1).join("/")}`, options);
    } catch (error) {
      if (reasonOf(error) !== "not-found") throw error;
      await makeIn(`bs:/${names.slice(0, at).join("/")}`, name, options);
    }
  }
}

async function makeIn(path: string, name: string, options: RemoteTreeOptions): Promise<void> {
  const { fileSystem, signal } = options;
  const parent = await followLink(await findRemote(path, options), options);
  try {
    await fileSystem.change.mkdir(parent.attributes.ino, name, 0o755, signal);
  } catch (cause) {
    if (reasonOf(cause) !== "read-only") throw cause;
    throw new BsmountError(
      "read-only",
      `cannot make ${parent.path}/${name}: nothing new can be there`,
      {
        remedy: "make a project, bs:/projects/NEW, or an app result, bs:/projects/…/appresults/NEW",
      },
    );
  }
  const made = await childOf(parent, name, options);
  printLine(`${printable(made.path)} is made`);
}

/**
 * Nothing can be made of a path that is none of a project, an app result or its files.
 * @throws BsmountError `usage`; `never-possible` for a folder below `files`, which exists by what is in it
 */
function checkMakeable(path: string): void {
  const names = remoteNames(path);
  if (names.length === 0) throw new BsmountError("usage", `${path} is there already`);
  const [, , sort, , files] = names;
  if (names.length <= 5 || sort !== "appresults" || files !== "files") return;
  const result = names.slice(0, 5).join("/");
  throw new BsmountError(
    "never-possible",
    `cannot make ${path}: BaseSpace has no empty folders, one below files/ is there while a file is in it`,
    {
      remedy: `cp makes the folders that it needs: bsmount cp FILE '${path}/' or: bsmount cp -r FOLDER 'bs:/${result}'`,
    },
  );
}
