import { constants, type Stats } from "node:fs";
import { open, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { rememberSecret } from "../../core/known-secrets.ts";
import type { CallOptions } from "../transport/rest.ts";

const MAX_TEXT_BYTES = 64 * 1024;
const MAX_JSON_BYTES = 64 * 1024 * 1024;

interface Facts {
  readonly path: string;
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly folder: string;
  readonly filePath?: string;
}

/**
 * What a path in a mount is, by the hidden files `.id`, `.type` and `.json` there: in a mount of bsmount, or one of
 * Illumina's BaseMount.
 */
export class MountedEntity {
  /** The path, absolute. */
  readonly path: string;
  /** The Id of the entity; of a file in a mount of bsmount, that of the entity to which the file belongs. */
  readonly id: string;
  /** `project`, `sample`, `appresult`, `file`, … */
  readonly type: string;
  /** Its name. */
  readonly name: string;
  /** The path of a file in its entity, in a mount of bsmount; undefined for everything else. */
  readonly filePath: string | undefined;
  /** Where its hidden files are. */
  readonly #folder: string;

  private constructor({ path, id, type, name, folder, filePath }: Facts) {
    this.path = path;
    this.id = id;
    this.type = type;
    this.name = name;
    this.filePath = filePath;
    this.#folder = folder;
  }

  /**
   * Reads what `path` is. Of a file, BaseMount shows the Id in `Files.metadata` beside `Files`; bsmount shows the entity
   * that the file belongs to.
   * @throws BsmountError `usage` for a path that is in no such mount, or leads to no entity
   */
  static async read(
    path: string,
    { signal }: Pick<CallOptions, "signal"> = {},
  ): Promise<MountedEntity> {
    const absolute = resolve(path);
    signal?.throwIfAborted();
    const status = await statusOf(absolute);
    if (status === undefined) throw noEntityError(absolute, "nothing is there");
    const facts = status.isDirectory()
      ? await directoryFacts(absolute, signal)
      : ((await baseMountFile(absolute, signal)) ?? (await ownFile(absolute, signal)));
    if (facts !== undefined) return new MountedEntity(facts);
    const problem = status.isDirectory()
      ? "it lacks .id, .type or .json"
      : "it is no file below files/ or Files/ of an entity";
    throw noEntityError(absolute, problem);
  }

  /**
   * The entity as the service describes it.
   * @throws BsmountError `usage` when the mount does not show it
   */
  async metaData({ signal }: Pick<CallOptions, "signal"> = {}): Promise<unknown> {
    const file = join(this.#folder, ".json");
    const text = await readText(file, MAX_JSON_BYTES, signal);
    try {
      return JSON.parse(text ?? "") as unknown;
    } catch (cause) {
      throw new BsmountError("usage", `${file} cannot be read as JSON`, { cause });
    }
  }

  /** The token by which BaseMount shows it; undefined where BaseMount does not say, and in a mount of bsmount. */
  async accessToken({ signal }: Pick<CallOptions, "signal"> = {}): Promise<string | undefined> {
    const folder = this.type === "file" ? dirname(this.path) : this.path;
    const text = await readText(join(folder, ".basemount", "Config.cfg"), MAX_TEXT_BYTES, signal);
    const token = /^\s*accessToken\s*[=:]\s*(\S+)\s*$/im.exec(text ?? "")?.[1];
    if (token !== undefined) rememberSecret(token);
    return token;
  }

  /** `PATH : (ID) : (TYPE)` */
  toString(): string {
    return `${this.path} : (${this.id}) : (${this.type})`;
  }
}

async function directoryFacts(path: string, signal?: AbortSignal): Promise<Facts | undefined> {
  const [id, types, json] = await Promise.all([
    readLine(join(path, ".id"), signal),
    readLine(join(path, ".type"), signal),
    statusOf(join(path, ".json")),
  ]);
  if (id === undefined || types === undefined || json === undefined) return undefined;
  const name = (await readText(join(path, ".name"), MAX_TEXT_BYTES, signal))?.replace(/\n$/, "");
  const type = types.replace(/s$/, "").toLowerCase();
  return { path, id, type, name: name ?? basename(path), folder: path };
}

/** A file in BaseMount's layout. */
async function baseMountFile(path: string, signal?: AbortSignal): Promise<Facts | undefined> {
  const names = path.split("/");
  const at = names.lastIndexOf("Files");
  if (at === -1) return undefined;
  const folder = names.with(at, "Files.metadata").join("/");
  const id = await readLine(join(folder, ".id"), signal);
  return id === undefined ? undefined : { path, id, type: "file", name: basename(path), folder };
}

/** A file in bsmount's layout: the entity above its `files`. */
async function ownFile(path: string, signal?: AbortSignal): Promise<Facts | undefined> {
  const names = path.split("/");
  // The entity is above the first `files` that has an entity above it; folders of a result can be called so, too.
  for (const [at, name] of names.entries()) {
    if (name !== "files") continue;
    const facts = await directoryFacts(names.slice(0, at).join("/") || "/", signal);
    const filePath = names.slice(at + 1).join("/");
    if (facts !== undefined) return { ...facts, path, name: basename(path), filePath };
  }
  return undefined;
}

async function statusOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw noEntityError(path, "it cannot be read", cause);
  }
}

/** The only line of a file; undefined for anything else. */
async function readLine(path: string, signal?: AbortSignal): Promise<string | undefined> {
  const text = (await readText(path, MAX_TEXT_BYTES, signal))?.trim();
  return text !== undefined && /^[\w.-]{1,200}$/.test(text) ? text : undefined;
}

/** The text of a regular file; undefined where there is none. Never waits for a pipe. */
async function readText(
  path: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  signal?.throwIfAborted();
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const status = await file.stat();
      if (!status.isFile() || status.size > maxBytes) return undefined;
      return await file.readFile({ encoding: "utf8", ...(signal === undefined ? {} : { signal }) });
    } finally {
      await file.close();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if (isMissing(cause)) return undefined;
    throw noEntityError(path, "it cannot be read", cause);
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

function noEntityError(path: string, problem: string, cause?: unknown): BsmountError {
  return new BsmountError("usage", `${path} is no entity in a mount: ${problem}`, {
    cause,
    remedy: "give the path of a project, a sample, an app result or a file in a mount, or an Id",
  });
}
