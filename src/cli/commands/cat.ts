import { Command, type CommandUnknownOpts } from "@commander-js/extra-typings";
import type { GivenOptions } from "../../config/option-values.ts";
import { BsmountError } from "../../core/errors.ts";
import type { Session } from "../../session/session.ts";
import type { CommandContext, CommandResult, ProgramOptions } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { addOptions, TREE_OPTIONS } from "../option-flags.ts";
import { readRemote } from "../remote-file.ts";
import { checkRemote } from "../remote-path.ts";
import { openRemoteSession } from "../remote-session.ts";
import { findRemote, type RemoteNode } from "../remote-tree.ts";
import { standardOutput } from "../standard-output.ts";

export function catCommand({ context, onResult }: ProgramOptions): CommandUnknownOpts {
  const command = new Command("cat")
    .description("write files of bs:/PATH to standard output without a mount")
    .argument("<paths...>", "bs:/projects/…/files/…");
  return addOptions(command, TREE_OPTIONS).action(async (paths, flags) => {
    onResult(await cat(paths, flags, context));
  });
}

async function cat(
  paths: readonly string[],
  given: GivenOptions,
  context: CommandContext,
): CommandResult {
  checkRemote(paths);
  await using session = await openRemoteSession(given, context);
  const { signal } = context;
  const options = { fileSystem: session.fileSystem, signal };
  for (const path of paths) {
    const pieces = checkedPieces(await findRemote(path, options), session, signal);
    for await (const piece of pieces) {
      standardOutput.write(piece);
      await standardOutput.ready(signal);
    }
  }
  return EXIT.done;
}

/**
 * The bytes of a file. After the last one they are compared with the file's ETag: wrong bytes are already printed by
 * then, but the command fails.
 * @throws BsmountError `changed`, and what reading can throw
 */
async function* checkedPieces(
  node: RemoteNode,
  session: Session,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const options = { fileSystem: session.fileSystem, signal };
  const { download } = session.client.transfers;
  const file = await session.transferPaths.fileAt(node.path.slice("bs:".length), signal);
  if (file === undefined) {
    yield* readRemote(node, options);
    return;
  }
  await using check = download.check(file, { signal });
  let etag: Promise<string | undefined> | undefined;
  for await (const piece of readRemote(node, options)) {
    etag ??= download.etagOf(file, { signal });
    await check.add(piece, await etag);
    yield piece;
  }
  await check.end().catch((error: unknown) => {
    throw damagedOutputError(node, error);
  });
}

function damagedOutputError({ path }: RemoteNode, cause: unknown): unknown {
  if (!(cause instanceof BsmountError) || cause.reason !== "changed") return cause;
  const { message, remedy } = cause;
  const problem = `the printed content of ${path} is damaged: ${message}`;
  return new BsmountError("changed", problem, {
    cause,
    ...(remedy === undefined ? {} : { remedy }),
  });
}
