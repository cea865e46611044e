import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import { printable } from "../../core/terminal-text.ts";
import type { FoundDifference, Verification } from "../../emulator/verify-recordings.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addDetails } from "../help-details.ts";
import { printJson, printLine, printWarning } from "../output.ts";

interface VerifyFlags {
  readonly against: string;
  readonly catalog?: string;
  readonly json?: true;
}

const ALLOWANCES = `Each .json file in DIR is a recorded exchange:
  {"request": {"method": "GET", "uri": "https://…"}, "status": {"code": 200},
   "headers": {"Content-Type": ["application/json"]}, "body": {…}, "note": "lists cut"}

The requests are sent to an emulator that has what the recordings show, or the account
of DIR/catalog.json or --catalog. Status, headers, keys, their order and JSON types are
compared; a date has to be in the same form, a link has to lead to the same path.

These are no differences:
  values          names, sizes, Ids, the hosts of links, what dates say
  lists           how many elements there are; elements are compared by Id
  headers         Connection, Keep-Alive and Content-Encoding; X-BaseSpace-Source and
                  X-Request-Id, if one side lacks them; lengths, dates, versions of Server
  HomepageUri,    if one side lacks them and the applications are different ones
  DatePublished
  properties      more of them, because the emulator records results as some; with another
                  catalog also fewer: only those with the same name are compared
  other methods   only GET and HEAD are sent, because recordings lack the body of requests
  401             such a request is sent without a token

Exit status: 0 without differences, 1 with some, 2 for files that are no recordings.`;

/** `emulator verify`: compares the emulator with recorded responses of the service. */
export function emulatorVerifyCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("verify")
    .description("compare the emulator with recorded responses of BaseSpace")
    .requiredOption("--against <dir>", "folder of recorded exchanges")
    .option("--catalog <file>", "the account to use (default: that of the recordings)")
    .option("--json", "machine output: an object with the differences");
  return addDetails(command, ALLOWANCES).action(async (flags) =>
    onResult(await verify(flags, context)),
  );
}

async function verify(flags: VerifyFlags, { signal }: CommandContext): CommandResult {
  const { verifyRecordings } = await import("../../emulator/verify-recordings.ts");
  const { against, catalog } = flags;
  const found = await verifyRecordings({
    folder: against,
    signal,
    ...(catalog === undefined ? {} : { catalogFile: catalog }),
  });
  if (flags.json === true) printJson(found);
  else printVerification(found);
  return found.differences.length === 0 ? EXIT.done : EXIT.failed;
}

function printVerification({ replayed, skipped, differences, unlisted }: Verification): void {
  for (const { file, reason } of skipped) printWarning(`${printable(file)}: ${reason}`);
  for (const difference of differences) printLine(lineOf(difference));
  if (unlisted > 0) printLine(`… and ${unlisted} more in the same recordings`);
  const files = new Set(differences.map(({ file }) => file)).size;
  const found =
    differences.length === 0
      ? "no differences"
      : `${counted(differences.length + unlisted, "difference")} in ${files} of them`;
  printLine(`${counted(replayed, "recording")} replayed, ${found}`);
}

function lineOf({ file, where, recorded, emulator }: FoundDifference): string {
  return [
    `${printable(file)}: ${printable(where)}:`,
    `recorded ${printable(recorded)}; emulator ${printable(emulator)}`,
  ].join(" ");
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
