import { Command } from "commander";
import { defaultFolders } from "../../config/folders.ts";
import { resolveFolders } from "../../config/resolve.ts";
import { formatBytes } from "../../core/units.ts";
import { listMounts } from "../../mount/index.ts";
import { stagingFolderIn } from "../../session/staged-uploads.ts";
import { type StagedUpload, stagedUploads } from "../../write/leftovers.ts";
import { shownPathOf } from "../../write/result-file.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, givenOptions } from "../option-flags.ts";
import { printJson, printLine, table } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";

/** `uploads list`: what was written and is not in BaseSpace, with or without a mount. */
export function uploadsCommand({ context, onResult }: ProgramOptions): Command {
  const list = new Command("list")
    .description("show what was written to mounts and is not in BaseSpace yet")
    .option("--json", "machine output: an array of files")
    .action(async (parsed: Readonly<Record<string, unknown>>) => {
      onResult(await listUploads(parsed, context));
    });
  addOptions(list, ["stateDir"]);
  return new Command("uploads")
    .description("show what was written and is not in BaseSpace yet")
    .addCommand(list, { isDefault: true });
}

async function listUploads(
  parsed: Readonly<Record<string, unknown>>,
  { environment, signal }: CommandContext,
): CommandResult {
  const options = givenOptions(parsed);
  const own = stagingFolderIn(resolveFolders(options, environment));
  const others = options.stateDir === undefined ? await stagingOfMounts(environment, signal) : [];
  const folders = [...new Set([own, ...others])];
  const uploads = await stagedIn(folders);
  if (parsed["json"] === true) printJson(uploads.map(asJson));
  else for (const line of linesOf(uploads, folders)) printLine(line);
  return EXIT.done;
}

/** Mounts may have been given other folders. */
async function stagingOfMounts(
  environment: CommandContext["environment"],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { runtime } = defaultFolders(environment);
  return (await listMounts(runtime, signal)).map(({ stagingDir }) => stagingDir);
}

/** What is staged in all of `folders`, oldest first. */
async function stagedIn(folders: readonly string[]): Promise<readonly StagedUpload[]> {
  const uploads = await Promise.all(folders.map(async (folder) => await stagedUploads(folder)));
  return uploads.flat().toSorted((a, b) => a.modified.getTime() - b.modified.getTime());
}

function linesOf(uploads: readonly StagedUpload[], folders: readonly string[]): readonly string[] {
  if (uploads.length === 0) {
    const looked = folders.map(printable).join(" and ");
    return [`everything that was written is in BaseSpace, as far as ${looked} shows`];
  }
  const rows = uploads.map(({ isLive, pid, host, sizeBytes, modified, place, file }) => [
    isLive
      ? `process ${pid ?? "?"}${host === undefined ? "" : ` on ${printable(host)}`}`
      : "left behind",
    formatBytes(sizeBytes),
    modified.toISOString().slice(0, 19).replace("T", " "),
    place === undefined ? "?" : printable(shownPathOf(place)),
    printable(file),
  ]);
  const head = ["OF", "SIZE", "WRITTEN (UTC)", "BELONGS TO", "BYTES IN"];
  return [
    ...table([head, ...rows], new Set([1])),
    ...uploads.flatMap(({ why, file }) => {
      return why === undefined ? [] : [`${printable(file)}  ${printable(why)}`];
    }),
    ...(uploads.some(({ isLive }) => !isLive)
      ? [
          "What was left behind is not uploaded by itself, and may lack its end: look at the bytes, copy them to " +
            "where they belong with bsmount cp, or to a new app result where that one has ended, then remove the file.",
        ]
      : []),
  ];
}

function asJson({ isLive, modified, place, ...upload }: StagedUpload): Record<string, unknown> {
  return {
    state: upload.host === undefined ? (isLive ? "live" : "left") : "elsewhere",
    ...upload,
    modified: modified.toISOString(),
    ...place,
    ...(place === undefined ? {} : { belongsTo: shownPathOf(place) }),
  };
}
