import { BsmountError } from "../core/errors.ts";
import type { GiveUpOutcome, RetryOutcome, UploadProgress } from "../session/session-uploads.ts";
import type { ListedUpload } from "../session/upload-list.ts";
import { askEntry } from "./ask-entry.ts";
import type { AskOptions } from "./control-client.ts";
import { findMount } from "./find-mount.ts";
import type { MountStatus } from "./mount-status.ts";
import { readRegistry, type RegistryEntry } from "./registry.ts";
import type { UploadsPage, UploadsRequest } from "./uploads-control.ts";

/** A mount replies to these requests at once, unless it does not respond at all. */
const SILENCE_MS = 5_000;

/**
 * A live mount, also a detached one, and its unfinished files. Each method throws BsmountError `not-found` when the mount
 * has ended, `timeout` when its process does not respond, `invalid` when it is of a version that does not know the
 * request, and what the mount throws.
 */
export class MountWithUploads {
  readonly status: MountStatus;
  readonly #entry: RegistryEntry;

  constructor(entry: RegistryEntry) {
    this.#entry = entry;
    this.status = entry.record.status;
  }

  /** The files at `path` in the mount and below it, or all. */
  async list(path: string | undefined, signal: AbortSignal): Promise<readonly ListedUpload[]> {
    const uploads: ListedUpload[] = [];
    let after: string | undefined;
    do {
      const request = { method: "uploads", ...given({ path, after }) } as const;
      const page = (await this.#ask(request, signal)) as UploadsPage;
      uploads.push(...page.uploads);
      after = page.next;
    } while (after !== undefined);
    return uploads;
  }

  async progress(path: string | undefined, signal: AbortSignal): Promise<UploadProgress> {
    const request = { method: "upload-progress", ...given({ path }) } as const;
    return (await this.#ask(request, signal)) as UploadProgress;
  }

  /** @param file the staging file */
  async retry(
    file: string,
    { signal, ...options }: Pick<AskOptions, "onProgress"> & { readonly signal: AbortSignal },
  ): Promise<RetryOutcome> {
    return (await this.#ask({ method: "retry-upload", file }, signal, options)) as RetryOutcome;
  }

  /** @param file the staging file */
  async commit(
    file: string,
    { signal, ...options }: Pick<AskOptions, "onProgress"> & { readonly signal: AbortSignal },
  ): Promise<RetryOutcome> {
    return (await this.#ask({ method: "commit-upload", file }, signal, options)) as RetryOutcome;
  }

  /** @param file the staging file */
  async discard(file: string, signal: AbortSignal): Promise<GiveUpOutcome> {
    return (await this.#ask({ method: "discard-upload", file }, signal)) as GiveUpOutcome;
  }

  async #ask(
    request: UploadsRequest,
    signal: AbortSignal,
    options: Pick<AskOptions, "onProgress"> = {},
  ): Promise<unknown> {
    return await askEntry(this.#entry, request, { ...options, signal, silenceMs: SILENCE_MS });
  }
}

/** The live mounts of this user, also those that are detached. */
export async function mountsWithUploads(
  runtimeFolder: string,
): Promise<readonly MountWithUploads[]> {
  return (await readRegistry(runtimeFolder)).map((entry) => new MountWithUploads(entry));
}

/** A path in a mount, of a live one or of one whose process has ended. */
interface PathInMount {
  readonly mountPoint: string;
  /** With a leading slash; `/` for the mount point. */
  readonly inside: string;
}

/** Where `path` leads to, when that is in a mount; the mount is not touched. @throws BsmountError `usage` */
export async function pathInMount(
  path: string,
  runtimeFolder: string,
): Promise<PathInMount | undefined> {
  const { mountPoint, inside } = await findMount(path, runtimeFolder);
  return mountPoint === undefined
    ? undefined
    : { mountPoint, inside: inside === "" ? "/" : inside };
}

/** Whether a mount is of a version that does not know the request. */
export function isUnknownRequest(error: unknown): boolean {
  return error instanceof BsmountError && error.reason === "invalid";
}

function given<Fields extends Record<string, string | undefined>>(
  fields: Fields,
): { readonly [Key in keyof Fields]?: string } {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known) as { readonly [Key in keyof Fields]?: string };
}
