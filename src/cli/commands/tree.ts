import { Argument, Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { BsmountError } from "../../core/errors.ts";
import { formatBytes } from "../../core/units.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { printLine } from "../output.ts";
import { printable } from "../../core/terminal-text.ts";
import { checkRemote } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";
import {
  childOf,
  findRemote,
  followLink,
  listRemote,
  type RemoteNode,
  type RemoteTreeOptions,
} from "../remote-tree.ts";
import { standardOutput } from "../standard-output.ts";

interface TreeFlags extends GivenOptions {
  readonly depth: number;
}

export function treeCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("tree")
    .description("show everything below bs:/PATH as a tree, without a mount")
    .addArgument(new Argument("[path]", "the folder to begin with").default("bs:/", "bs:/"))
    .option("-L, --depth <n>", "levels to show", (text) => parseDepth(text), 32);
  return addOptions(command, TREE_OPTIONS).action(async (path, flags) => {
    onResult(await tree(path, flags, context));
  });
}

interface Totals {
  directories: number;
  files: number;
  bytes: number;
}

async function tree(path: string, flags: TreeFlags, context: CommandContext): CommandResult {
  checkRemote([path]);
  await using session = await openRemoteSession(flags, context);
  const options = { fileSystem: session.fileSystem, signal: context.signal };
  const totals: Totals = { directories: 0, files: 0, bytes: 0 };
  const root = await followLink(await findRemote(path, options), options);
  printLine(printable(root.path === "bs:" ? "bs:/" : root.path));
  if (root.attributes.type === "file") {
    printLine(`\n1 file, ${formatBytes(root.attributes.sizeBytes)}`);
    return EXIT.done;
  }
  await drawBelow(root, { prefix: "", depth: flags.depth }, { options, totals });
  const { directories, files, bytes } = totals;
  const folders = directories === 1 ? "1 directory" : `${directories} directories`;
  printLine(`\n${folders}, ${files === 1 ? "1 file" : `${files} files`}, ${formatBytes(bytes)}`);
  return EXIT.done;
}

interface Level {
  readonly prefix: string;
  readonly depth: number;
}

interface Drawing {
  readonly options: RemoteTreeOptions;
  readonly totals: Totals;
}

async function drawBelow(
  node: RemoteNode,
  { prefix, depth }: Level,
  drawing: Drawing,
): Promise<void> {
  if (depth === 0 || node.attributes.type !== "directory") return;
  const entries = await listRemote(node, drawing.options);
  for (const [at, { name }] of entries.entries()) {
    const last = at === entries.length - 1;
    const child = await childOf(node, name, drawing.options);
    printLine(`${prefix}${last ? "└── " : "├── "}${await labelOf(child, drawing)}`);
    await standardOutput.ready(drawing.options.signal);
    await drawBelow(
      child,
      { prefix: `${prefix}${last ? "    " : "│   "}`, depth: depth - 1 },
      drawing,
    );
  }
}

async function labelOf(
  { name, attributes }: RemoteNode,
  { options, totals }: Drawing,
): Promise<string> {
  if (attributes.type === "directory") {
    totals.directories += 1;
    return `${printable(name)}/`;
  }
  if (attributes.type === "symlink") {
    return `${printable(name)} -> ${await options.fileSystem.readlink(attributes.ino, options.signal)}`;
  }
  totals.files += 1;
  totals.bytes += attributes.sizeBytes;
  return `${printable(name)}  (${formatBytes(attributes.sizeBytes)})`;
}

function parseDepth(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new BsmountError("usage", `${JSON.stringify(text)} is not a depth`, { remedy: "-L 2" });
  }
  return Number(text);
}
