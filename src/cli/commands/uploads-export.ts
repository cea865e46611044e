import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { BsmountError, describeError, reasonOf } from "../../core/errors.ts";
import { makeFolders } from "../../core/make-folders.ts";
import { printable } from "../../core/terminal-text.ts";
import { unlessMissing } from "../../core/unless-missing.ts";
import { formatBytes } from "../../core/units.ts";
import { withEndedFolder } from "../../write/ended-folder.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT, exitCodeOf } from "../exit-codes.ts";
import { addOptions, FOLDER_OPTIONS } from "../option-flags.ts";
import { printError, printLine, printWarning } from "../output.ts";
import type { FoundUpload } from "../uploads/find-uploads.ts";
import { printReports, reportOf, type UploadReport } from "../uploads/left-uploads.ts";
import { copyLocally, type LocalCopy, type LocalCopyOptions } from "../uploads/local-copy.ts";
import { findOptions, type NamedUploads, namedUploads, nameOf } from "../uploads/named-uploads.ts";
import { copyingLine } from "../waiting-line.ts";
import { PATH_HELP } from "./uploads-wait.ts";
import { stagingNameOf } from "../../write/journaled-file.ts";

/** `uploads export`: copies the bytes of files that BaseSpace does not have to local files. */
export function uploadsExportCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const bare = new Command("export")
    .description("copy the bytes of files that BaseSpace does not have; they stay staged as well")
    .argument("<path...>", `${PATH_HELP}; then TARGET, a local file or folder`)
    .usage("[options] PATH... TARGET")
    .option("--force", "replace local files")
    .option("--json", "machine output: an array of files");
  return addOptions(bare, FOLDER_OPTIONS).action(async (args, flags) => {
    const target = args.at(-1);
    if (target === undefined || args.length < 2) throw noTargetError();
    onResult(await exportUploads(args.slice(0, -1), { ...flags, target }, context));
  });
}

function noTargetError(): BsmountError {
  return new BsmountError("usage", "uploads export needs a file and a target", {
    remedy: "bsmount uploads export PATH... TARGET",
  });
}

interface ExportFlags extends GivenOptions {
  readonly target: string;
  readonly force?: true;
  readonly json?: true;
}

interface PlannedCopy {
  readonly upload: FoundUpload;
  readonly target: string;
}

/** A file that cannot be copied does not keep the others; the highest exit code counts. */
async function exportUploads(
  paths: readonly string[],
  flags: ExportFlags,
  context: CommandContext,
): CommandResult {
  const options = findOptions(flags, context);
  const planned = await planCopies(await namedUploads(paths, options), flags.target);
  const reports: UploadReport[] = [];
  let worst: number = EXIT.done;
  for (const { upload, target } of planned) {
    try {
      const copy = await exportOne(upload, target, { flags, signal: options.signal });
      reports.push({ ...reportOf(upload, "exported"), ...copy, target });
      if (flags.json !== true) printCopy(upload, target, copy);
    } catch (error) {
      options.signal.throwIfAborted();
      printError(error);
      reports.push({ ...reportOf(upload, "left"), why: describeError(error) });
      worst = Math.max(worst, exitCodeOf(reasonOf(error)));
    }
  }
  if (flags.json === true) printReports(reports);
  else if (worst === EXIT.done)
    printLine("the staged bytes stay: bsmount uploads discard removes them");
  return worst;
}

/** One file gets the name TARGET, or its own in the folder TARGET; several keep their folders below it. */
async function planCopies(
  named: readonly NamedUploads[],
  given: string,
): Promise<readonly PlannedCopy[]> {
  const target = resolve(given);
  const info = await unlessMissing(async () => await stat(target));
  const [only, ...others] = eachOnce(named);
  if (only === undefined) return [];
  const isFolder = info?.isDirectory() === true || given.endsWith("/");
  if (others.length === 0 && !isFolder) return [{ upload: only.upload, target }];
  if (info !== undefined && !info.isDirectory()) {
    throw new BsmountError(
      "usage",
      `${given} is not a folder, and several files are to be copied`,
      {
        remedy: "give a folder, which is made if it does not exist",
      },
    );
  }
  return withDistinctTargets(
    [only, ...others].map(({ path, upload }) => ({
      upload,
      target: join(target, ...namesBelow(upload, path.kind === "shown" ? path.path : undefined)),
    })),
  );
}

/** However many paths name a file, it is copied once. */
function eachOnce(
  named: readonly NamedUploads[],
): readonly { readonly path: NamedUploads["path"]; readonly upload: FoundUpload }[] {
  const each = named.flatMap(({ path, uploads }) => uploads.map((upload) => ({ path, upload })));
  return [...new Map(each.toReversed().map((one) => [one.upload.file, one])).values()].toReversed();
}

/** Several files of one path are told apart by their staging files, so that no copy replaces another. */
function withDistinctTargets(copies: readonly PlannedCopy[]): readonly PlannedCopy[] {
  const taken = new Map<string, number>();
  for (const { target } of copies) taken.set(target, (taken.get(target) ?? 0) + 1);
  return copies.map(({ upload, target }) => {
    const isShared = (taken.get(target) ?? 0) > 1;
    return { upload, target: isShared ? `${target}.${localNameOf(upload.file)}` : target };
  });
}

/** The staging file and its folder, as one name. */
function localNameOf(file: string): string {
  return stagingNameOf(file).replace("/", "-");
}

/**
 * The names of an encoded path are safe: none is `..`, and none has control characters or slashes. But the path of the app
 * result is that of a journal, which may be damaged.
 */
function namesBelow({ path, file }: FoundUpload, above: string | undefined): readonly string[] {
  const names = (path ?? "").split("/").filter((name) => name !== "");
  if (names.length === 0 || names.some(isUnsafe)) return [localNameOf(file)];
  const depth = (above ?? "").split("/").filter((name) => name !== "").length;
  return above === undefined || depth >= names.length ? names.slice(-1) : names.slice(depth);
}

function isUnsafe(name: string): boolean {
  return name === "." || name === ".." || name.includes("\0");
}

async function exportOne(
  upload: FoundUpload,
  target: string,
  { flags, signal }: { readonly flags: ExportFlags; readonly signal: AbortSignal },
): Promise<LocalCopy> {
  const { file: source, staged, state, sizeBytes, mount } = upload;
  if (state === "being written") {
    printWarning(`${nameOf(upload)} is open for writing: what is written later is not in the copy`);
  }
  await makeFolders(dirname(target));
  using line = copyingLine(nameOf(upload), sizeBytes);
  const overwrites = flags.force === true;
  const copy: LocalCopyOptions = { source, target, overwrites, onProgress: line.show, signal };
  const isLive = mount !== undefined || staged?.isLive === true;
  if (isLive) return await copyLocally(copy);
  return await withEndedFolder(source, async () => await copyLocally(copy));
}

function printCopy(upload: FoundUpload, target: string, { sizeBytes, sha256 }: LocalCopy): void {
  const facts = `${formatBytes(sizeBytes)}, SHA-256 ${sha256}`;
  printLine(`${nameOf(upload)} -> ${printable(target)} (${facts})`);
}
