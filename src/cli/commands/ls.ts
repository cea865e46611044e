import { Argument, Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { printJson, printLine, table } from "../output.ts";
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

interface LsFlags extends GivenOptions {
  readonly json?: true;
  readonly long?: true;
}

export function lsCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("ls")
    .description("list bs:/PATH without a mount")
    .addArgument(new Argument("[paths...]", "bs:/projects/…").default(["bs:/"], "bs:/"))
    .option("-l, --long", "type, size and date of each")
    .option("--json", "machine output: one array of {path, name, type, size, modified}");
  return addOptions(command, TREE_OPTIONS).action(async (paths, flags) => {
    onResult(await ls(paths, flags, context));
  });
}

async function ls(
  paths: readonly string[],
  flags: LsFlags,
  context: CommandContext,
): CommandResult {
  checkRemote(paths);
  await using session = await openRemoteSession(flags, context);
  const options = { fileSystem: session.fileSystem, signal: context.signal };
  const json: unknown[] = [];
  for (const [at, path] of paths.entries()) {
    const nodes = await nodesOf(path, options);
    if (flags.json === true) {
      json.push(...nodes.map(describeNode));
      continue;
    }
    if (paths.length > 1) printLine(`${at === 0 ? "" : "\n"}${printable(path)}:`);
    const lines = flags.long === true ? await longLines(nodes, options) : nodes.map(shortLine);
    for (const line of lines) printLine(line);
  }
  if (flags.json === true) printJson(json);
  return EXIT.done;
}

async function nodesOf(path: string, options: RemoteTreeOptions): Promise<readonly RemoteNode[]> {
  const node = await followLink(await findRemote(path, options), options);
  if (node.attributes.type === "file") return [node];
  const children: RemoteNode[] = [];
  for (const { name } of await listRemote(node, options))
    children.push(await childOf(node, name, options));
  return children;
}

function describeNode({ path, name, attributes }: RemoteNode): Record<string, unknown> {
  const { type, sizeBytes, mtimeMs } = attributes;
  return { path, name, type, size: sizeBytes, modified: new Date(mtimeMs).toISOString() };
}

function shortLine({ name, attributes }: RemoteNode): string {
  return `${printable(name)}${attributes.type === "directory" ? "/" : ""}`;
}

async function longLines(
  nodes: readonly RemoteNode[],
  { fileSystem, signal }: RemoteTreeOptions,
): Promise<readonly string[]> {
  const targets = await Promise.all(
    nodes.map(async ({ attributes: { type, ino } }) =>
      type === "symlink" ? ` -> ${await fileSystem.readlink(ino, signal)}` : "",
    ),
  );
  const rows = nodes.map((node, at) => [
    node.attributes.type === "file" ? String(node.attributes.sizeBytes) : "-",
    new Date(node.attributes.mtimeMs).toISOString().slice(0, 16).replace("T", " "),
    `${shortLine(node)}${targets[at]}`,
  ]);
  return table(rows, new Set([0]));
}
