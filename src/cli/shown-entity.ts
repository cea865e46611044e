import { resolve } from "node:path";
import { BsmountError } from "../core/errors.ts";
import { findMount } from "../mount/mount.ts";
import type { Session } from "../session/session.ts";
import { readRemote } from "./remote-file.ts";
import { isRemote, remoteNames } from "./remote-path.ts";
import { findRemote, followLink } from "./remote-tree.ts";

/** What a path shows. */
export interface ShownEntity {
  /** BaseSpace's Id. */
  readonly id: string;
  /** `project`, `sample`, `appresult`, `run` or `file`. */
  readonly type: string;
  readonly name: string;
}

interface ShownEntityOptions {
  readonly session: Session;
  readonly signal: AbortSignal;
}

/**
 * The entity at a path: `bs:/…`, or in a mount of bsmount, which is not touched. Undefined for any other path.
 * @throws BsmountError `not-found`; `usage` for a path that shows no entity, or a mount of another server
 */
export async function shownEntity(
  given: string,
  options: ShownEntityOptions,
): Promise<ShownEntity | undefined> {
  const path = await remotePathOf(given, options);
  if (path === undefined) return undefined;
  const { session, signal } = options;
  const tree = { fileSystem: session.fileSystem, signal };
  const node = await followLink(await findRemote(path, tree), tree);
  if (node.attributes.type !== "directory") {
    const file = await session.transferPaths.fileAt(node.path.slice("bs:".length), signal);
    if (file !== undefined) return { id: file.id, type: "file", name: file.name };
    throw noEntityError(given);
  }
  const textOf = async (name: string): Promise<string> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of readRemote(await findRemote(`${node.path}/${name}`, tree), tree)) {
      pieces.push(piece);
    }
    return Buffer.concat(pieces).toString("utf8").replace(/\n$/, "");
  };
  try {
    const type = (await textOf(".type")).replace(/s$/, "");
    return { id: await textOf(".id"), type, name: await textOf(".name") };
  } catch (cause) {
    if (cause instanceof BsmountError && cause.reason === "not-found") {
      throw noEntityError(given, cause);
    }
    throw cause;
  }
}

async function remotePathOf(
  given: string,
  { session }: ShownEntityOptions,
): Promise<string | undefined> {
  if (isRemote(given)) return `bs:/${remoteNames(given).join("/")}`;
  const found = await findMount(resolve(given), session.config.folders.runtime);
  if (found.mountPoint === undefined) return undefined;
  const server = found.entry?.record.status.apiServer ?? session.client.apiServer;
  if (server === session.client.apiServer) return `bs:${found.inside || "/"}`;
  throw new BsmountError("usage", `${given} is in a mount of ${server}`, {
    remedy: `give a path of ${session.client.apiServer}, or the profile of the mount: --profile`,
  });
}

function noEntityError(given: string, cause?: unknown): BsmountError {
  return new BsmountError("usage", `${given} is no project, sample, app result, run or file`, {
    cause,
    remedy: "give the path of one of them, or its Id",
  });
}
