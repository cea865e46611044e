import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { defaultFolders } from "../../config/folders.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { resolveFolders } from "../../config/config.ts";
import { formatBytes } from "../../core/units.ts";
import { listMounts } from "../../mount/mount.ts";
import { stagingFolderIn } from "../../session/staged-uploads.ts";
import { type StagedUpload, stagedUploads } from "../../write/leftovers.ts";
import { shownPathOf } from "../../write/result-file.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions } from "../option-flags.ts";
import { printJson, printLine, table } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";

/** `uploads list`: the files that were written and are not in BaseSpace, with or without a mount. */
export function uploadsCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("list")
    .description("show what was written to mounts and is not in BaseSpace yet")
    .option("--json", "machine output: an array of files");
  const list = addOptions(bare, ["stateDir"]).action(async (flags) => {
    onResult(await listUploads(flags, context));
  });
  return new Command("uploads")
    .description("show what was written and is not in BaseSpace yet")
    .addCommand(list, { isDefault: true });
}

async function listUploads(
  flags: GivenOptions & { readonly json?: true },
  { environment, signal }: CommandContext,
): CommandResult {
  const own = stagingFolderIn(resolveFolders(flags, environment));
  const others = flags.stateDir === undefined ? await stagingOfMounts(environment, signal) : [];
  const folders = [...new Set([own, ...others])];
  const uploads = await stagedIn(folders);
  if (flags.json === true) printJson(uploads.map(toJson));
  else for (const line of linesOf(uploads, folders)) printLine(line);
  return EXIT.done;
}

/** Other mounts may use other folders. */
async function stagingOfMounts(
  environment: CommandContext["environment"],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { runtime } = defaultFolders(environment);
  return (await listMounts(runtime, signal)).map(({ stagingDir }) => stagingDir);
}

/** The staged files of all `folders`, oldest first. */
async function stagedIn(folders: readonly string[]): Promise<readonly StagedUpload[]> {
  const uploads = await Promise.all(folders.map(async (folder) => await stagedUploads(folder)));
  return uploads.flat().toSorted((a, b) => a.modified.getTime() - b.modified.getTime());
}

function linesOf(uploads: readonly StagedUpload[], folders: readonly string[]): readonly string[] {
  if (uploads.length === 0) {
    const looked = folders.map(printable).join(" and ");
    return [`everything that was written is in BaseSpace, according to ${looked}`];
  }
  const rows = uploads.map(({ isLive, pid, host, sizeBytes, modified, resultFile, file }) => [
    isLive
      ? `process ${pid ?? "?"}${host === undefined ? "" : ` on ${printable(host)}`}`
      : "left behind",
    formatBytes(sizeBytes),
    modified.toISOString().slice(0, 19).replace("T", " "),
    resultFile === undefined ? "?" : printable(shownPathOf(resultFile)),
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
          "Files that were left behind are not uploaded automatically, and their end may be missing: check the bytes, copy " +
            "them to where they belong with bsmount cp, or to a new app result if that one is closed, then remove the file.",
        ]
      : []),
  ];
}

function toJson({
  isLive,
  modified,
  resultFile,
  ...upload
}: StagedUpload): Record<string, unknown> {
  return {
    state: upload.host === undefined ? (isLive ? "live" : "left") : "elsewhere",
    ...upload,
    modified: modified.toISOString(),
    ...resultFile,
    ...(resultFile === undefined ? {} : { belongsTo: shownPathOf(resultFile) }),
  };
}
