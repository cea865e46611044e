import { Command } from "commander";
import { resolveFolders } from "../../config/resolve.ts";
import { formatBytes } from "../../core/units.ts";
import { stagingFolderIn } from "../../session/local-uploads.ts";
import { type StagedUpload, stagedUploads } from "../../write/leftovers.ts";
import { shownPathOf } from "../../write/result-file.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, givenOptions } from "../option-flags.ts";
import { printable, printJson, printLine, table } from "../output.ts";

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
  { environment }: CommandContext,
): CommandResult {
  const folders = resolveFolders(givenOptions(parsed), environment);
  const uploads = await stagedUploads(stagingFolderIn(folders));
  if (parsed["json"] === true) printJson(uploads.map(asJson));
  else for (const line of linesOf(uploads)) printLine(line);
  return EXIT.done;
}

function linesOf(uploads: readonly StagedUpload[]): readonly string[] {
  if (uploads.length === 0) return ["everything that was written is in BaseSpace"];
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
            "where they belong with bsmount cp, then remove the file.",
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
