import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { resolveFolders } from "../../config/config.ts";
import { defaultFolders } from "../../config/folders.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { BsmountError } from "../../core/errors.ts";
import { printable } from "../../core/terminal-text.ts";
import { findMount } from "../../mount/mount.ts";
import { whiteoutsFolderIn } from "../../session/open-staging.ts";
import { type RemovedFile, removedFiles, restoreNames } from "../../write/removed-files.ts";
import { shownPathOf } from "../../write/result-file.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions } from "../option-flags.ts";
import { printJson, printLine, table } from "../output.ts";
import { isRemote, remoteNames } from "../remote-path.ts";

const HEAD = ["ID", "REMOVED (UTC)", "PATH"];
const RIGHT_ALIGNED: ReadonlySet<number> = new Set();

/** `uploads list --removed`: the files that were removed or replaced here, and that BaseSpace still has. */
export async function listRemoved(
  flags: GivenOptions & { readonly json?: true },
  { environment }: CommandContext,
): CommandResult {
  const files = await removedFiles(whiteoutsFolderIn(resolveFolders(flags, environment)));
  if (flags.json === true) printJson(files.map(toJson));
  else if (files.length === 0) printLine("no file was removed or replaced here");
  else {
    const rows = files.map((file) => [file.id, dateText(file.removed), printable(pathOf(file))]);
    for (const line of table([HEAD, ...rows], RIGHT_ALIGNED)) printLine(line);
  }
  return EXIT.done;
}

/** `uploads restore-names`: shows files again that were removed or replaced here. */
export function uploadsRestoreNamesCommand({
  context,
  onResult,
}: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("restore-names")
    .description("show files again that were removed or replaced here, and that BaseSpace has")
    .argument("<paths...>", "the files, or folders and app results with all of theirs");
  return addOptions(bare, ["stateDir"]).action(async (paths, flags) => {
    onResult(await restore(paths, flags, context));
  });
}

async function restore(
  paths: readonly string[],
  flags: GivenOptions,
  context: CommandContext,
): CommandResult {
  const folder = whiteoutsFolderIn(resolveFolders(flags, context.environment));
  const files = await removedFiles(folder);
  const restored = new Set<RemovedFile>();
  for (const path of paths) {
    const shown = await shownPath(path, context);
    const found = files.filter((file) => `${pathOf(file)}/`.startsWith(`${shown}/`));
    if (found.length === 0) throw nothingRemovedError(path);
    for (const file of found) restored.add(file);
  }
  await restoreNames([...restored]);
  printLine(
    restored.size === 1 ? "1 file is shown again" : `${restored.size} files are shown again`,
  );
  return EXIT.done;
}

/** As a mount shows it, without a slash at its end. */
async function shownPath(path: string, { environment }: CommandContext): Promise<string> {
  if (isRemote(path)) return `/${remoteNames(path).join("/")}`;
  const { mountPoint, inside } = await findMount(path, defaultFolders(environment).runtime);
  return (mountPoint === undefined ? path : inside).replace(/\/+$/, "");
}

function nothingRemovedError(path: string): BsmountError {
  return new BsmountError("usage", `nothing was removed or replaced here at ${path}`, {
    remedy: "bsmount uploads list --removed shows what was",
  });
}

/**
 * A sentence about the files that were removed here and that BaseSpace still has; undefined if there are none.
 * @param isIncluded - chooses among the files of the folder
 */
export async function removedNotice(
  folder: string,
  isIncluded: (file: RemovedFile) => boolean,
): Promise<string | undefined> {
  // It is only a reminder: a command that has done its work does not fail for it.
  const files = await removedFiles(folder).catch(() => []);
  const count = files.filter(isIncluded).length;
  if (count === 0) return undefined;
  const were = count === 1 ? "1 file that was" : `${count} files that were`;
  return `${were} removed or replaced here ${count === 1 ? "stays" : "stay"} in BaseSpace: bsmount uploads list --removed`;
}

function pathOf({ resultPath, path }: RemovedFile): string {
  return shownPathOf({ resultPath, path, appResultId: "" });
}

function toJson({ id, removed, log, ...file }: RemovedFile): Record<string, unknown> {
  return { id, path: pathOf({ id, removed, log, ...file }), removed: dateOf(removed) };
}

/** A log that others can write may have any text in place of a date. */
function dateOf(date: Date): string | null {
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function dateText(date: Date): string {
  return Number.isNaN(date.getTime()) ? "?" : date.toISOString().slice(0, 19).replace("T", " ");
}
