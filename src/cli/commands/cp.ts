import { stat } from "node:fs/promises";
import { basename, join, posix, resolve } from "node:path";
import { Command } from "commander";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import { formatBytes } from "../../core/units.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { downloadFile, downloadFolder, type DownloadOptions } from "../download.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { printable, printError, printLine, printWarning } from "../output.ts";
import { isRemote } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";
import { findRemote, followLink, type RemoteNode, type RemoteTreeOptions } from "../remote-tree.ts";
import { uploadProgress } from "../progress.ts";
import { sizeOf, uploadFile, uploadFolder, type UploadOptions } from "../upload.ts";

export function cpCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("cp")
    .description("copy out of and into bs:/PATH without a mount")
    .argument("<sources...>", "bs:/projects/… then a local file or folder, or the other way round")
    .option("-r, --recursive", "copy folders with everything in them")
    .option("--checksum", "compare what was downloaded with BaseSpace's MD5, where it has one");
  addOptions(command, TREE_OPTIONS);
  return command.action(async (places: string[], parsed: Record<string, unknown>) => {
    onResult(await cp(places, parsed, context));
  });
}

async function cp(
  places: readonly string[],
  parsed: Readonly<Record<string, unknown>>,
  context: CommandContext,
): CommandResult {
  const { sources, target } = checkPlaces(places);
  await using session = await openRemoteSession(parsed, context);
  const plan = { sources, target, recursive: parsed["recursive"] === true };
  const checksum = parsed["checksum"] === true;
  const { fileSystem } = session;
  const common = { session, fileSystem, signal: context.signal, checksum };
  const tally = isRemote(target) ? await copyIn(plan, common) : await copyOut(plan, common);
  await session.finishUploads(context.signal);
  if (tally.failed === 0) return EXIT.done;
  printWarning(`copied ${tally.copied} files, ${tally.failed} could not be copied`);
  return EXIT.failed;
}

interface CpPlan {
  readonly sources: readonly string[];
  readonly target: string;
  readonly recursive: boolean;
}

type Common = Pick<DownloadOptions, "session" | "fileSystem" | "signal" | "checksum">;

interface Tally {
  copied: number;
  failed: number;
}

async function copyOut(plan: CpPlan, common: Common): Promise<Tally> {
  const { sources, target, recursive } = plan;
  const tally = { copied: 0, failed: 0 };
  const options: DownloadOptions = { ...common, ...counted(tally, (print) => print()) };
  const intoFolder = await isFolder(target);
  checkSeveral(plan, intoFolder);
  for (const source of sources) {
    const node = await findRemote(source, options);
    const place = intoFolder ? join(target, node.name) : target;
    await copyNode(await followLink(node, options), { place, recursive }, options);
  }
  return tally;
}

/** Into a folder that is there, or, for one source, under a new name in one. */
async function copyIn(plan: CpPlan, common: Common): Promise<Tally> {
  const { sources, target, recursive } = plan;
  const tally = { copied: 0, failed: 0 };
  const existing = await findFolder(target, common);
  checkSeveral(plan, existing !== undefined);
  const parent = existing ?? (await findRemote(posix.dirname(target), common));
  let totalBytes = 0;
  for (const source of sources) totalBytes += await sizeOf(source);
  using progress = uploadProgress(totalBytes);
  const options: UploadOptions = { ...common, ...counted(tally, progress.interrupt) };
  for (const source of sources) {
    const name = existing === undefined ? posix.basename(target) : basename(resolve(source));
    if (!(await isFolder(source))) await uploadFile(source, { parent, name }, options);
    else if (recursive) await uploadFolder(source, { parent, name }, options);
    else throw needsRecursive(source);
  }
  return tally;
}

function counted(
  tally: Tally,
  interrupt: (print: () => void) => void,
): Pick<DownloadOptions, "onFile" | "onFailure"> {
  return {
    onFile: (path, bytes) => {
      tally.copied += 1;
      interrupt(() => printLine(`${printable(path)}  ${formatBytes(bytes)}`));
    },
    onFailure: (error) => {
      tally.failed += 1;
      interrupt(() => printError(error));
    },
  };
}

function checkSeveral({ sources, target }: CpPlan, intoFolder: boolean): void {
  if (sources.length > 1 && !intoFolder) {
    throw new BsmountError("usage", `${target} is not a folder and cannot take several sources`);
  }
}

async function findFolder(
  target: string,
  options: RemoteTreeOptions,
): Promise<RemoteNode | undefined> {
  try {
    const node = await followLink(await findRemote(target, options), options);
    return node.attributes.type === "directory" ? node : undefined;
  } catch (error) {
    if (reasonOf(error) === "not-found") return undefined;
    throw error;
  }
}

function checkPlaces(places: readonly string[]): { sources: readonly string[]; target: string } {
  const sources = places.slice(0, -1);
  const target = places.at(-1);
  const example = {
    remedy: "bsmount cp bs:/projects/…/files/x.bam . or: bsmount cp x.bam bs:/projects/…/files/",
  };
  if (target === undefined || sources.length === 0) {
    throw new BsmountError("usage", "cp needs something to copy and a place for it", example);
  }
  if (sources.some((source) => isRemote(source) === isRemote(target))) {
    const problem = "cp copies between BaseSpace (bs:/…) and this machine";
    throw new BsmountError("usage", problem, example);
  }
  return { sources, target };
}

function needsRecursive(path: string): BsmountError {
  return new BsmountError("usage", `${path} is a folder`, { remedy: "give -r to copy folders" });
}

interface CopyPlan {
  readonly place: string;
  readonly recursive: boolean;
}

async function copyNode(
  node: RemoteNode,
  { place, recursive }: CopyPlan,
  options: DownloadOptions,
): Promise<void> {
  if (node.attributes.type === "file") {
    await downloadFile(node, place, options);
    return;
  }
  if (!recursive) {
    throw needsRecursive(node.path);
  }
  await downloadFolder(node, place, options);
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}
