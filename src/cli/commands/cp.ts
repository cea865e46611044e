import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { BsmountError } from "../../core/errors.ts";
import { formatBytes } from "../../core/units.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { downloadFile, downloadFolder, type DownloadOptions } from "../download.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { printable, printError, printLine, printWarning } from "../output.ts";
import { isRemote } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";
import { findRemote, followLink, type RemoteNode } from "../remote-tree.ts";

export function cpCommand({ context, onResult }: ProgramOptions): Command {
  const command = new Command("cp")
    .description("copy out of bs:/PATH without a mount")
    .argument("<sources...>", "bs:/projects/…, then a local file or folder")
    .option("-r, --recursive", "copy folders with everything in them");
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
  const tally = { copied: 0, failed: 0 };
  const options: DownloadOptions = {
    fileSystem: session.fileSystem,
    signal: context.signal,
    onFile: (path, bytes) => {
      tally.copied += 1;
      printLine(`${printable(path)}  ${formatBytes(bytes)}`);
    },
    onFailure: (error) => {
      tally.failed += 1;
      printError(error);
    },
  };
  const intoFolder = await isFolder(target);
  if (sources.length > 1 && !intoFolder) {
    throw new BsmountError("usage", `${target} is not a folder and cannot take several sources`);
  }
  for (const source of sources) {
    const node = await findRemote(source, options);
    const place = intoFolder ? join(target, node.name) : target;
    await copyNode(
      await followLink(node, options),
      { place, recursive: parsed["recursive"] === true },
      options,
    );
  }
  if (tally.failed === 0) return EXIT.done;
  printWarning(`copied ${tally.copied} files, ${tally.failed} could not be copied`);
  return EXIT.failed;
}

function checkPlaces(places: readonly string[]): { sources: readonly string[]; target: string } {
  const sources = places.slice(0, -1);
  const target = places.at(-1);
  const example = { remedy: "bsmount cp bs:/projects/…/files/x.bam ." };
  if (target === undefined || sources.length === 0) {
    throw new BsmountError("usage", "cp needs something to copy and a place for it", example);
  }
  if (isRemote(target) || !sources.every(isRemote)) {
    throw new BsmountError("usage", "cp copies from BaseSpace to this machine", example);
  }
  return { sources, target };
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
    throw new BsmountError("usage", `${node.path} is a folder`, {
      remedy: "give -r to copy folders",
    });
  }
  await downloadFolder(node, place, options);
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}
