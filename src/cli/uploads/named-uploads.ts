import { resolveFolders } from "../../config/config.ts";
import { defaultFolders } from "../../config/folders.ts";
import type { GivenOptions } from "../../config/option-values.ts";
import { BsmountError } from "../../core/errors.ts";
import { printable } from "../../core/terminal-text.ts";
import { stagingFoldersOf } from "../../session/open-staging.ts";
import type { CommandContext } from "../context.ts";
import { findUploads, type FindOptions, type FoundUpload } from "./find-uploads.ts";
import { parseUploadPaths, type UploadPath } from "./upload-paths.ts";

/** The options of {@link findUploads} that a command has. */
export function findOptions(
  flags: GivenOptions,
  { environment, signal }: CommandContext,
): FindOptions {
  const { runtime } = defaultFolders(environment);
  const stagingFolders = stagingFoldersOf(resolveFolders(flags, environment));
  return { runtimeFolder: runtime, stagingFolders, signal };
}

/** The files that one path of the command line names. */
export interface NamedUploads {
  readonly path: UploadPath;
  readonly uploads: readonly FoundUpload[];
}

/**
 * The files that each of `paths` names.
 * @throws BsmountError `not-found` for a path that names none, `usage`; `timeout` when a mount does not respond
 */
export async function namedUploads(
  paths: readonly string[],
  options: FindOptions,
): Promise<readonly NamedUploads[]> {
  const named: NamedUploads[] = [];
  for (const path of await parseUploadPaths(paths, options.runtimeFolder)) {
    const { uploads, failures } = await findUploads({ ...options, paths: [path] });
    if (failures.length > 0) throw failures[0];
    if (uploads.length === 0) throw nothingError(path.given);
    named.push({ path, uploads });
  }
  return named;
}

/** Each file once, however many paths name it. */
export function distinctUploads(named: readonly NamedUploads[]): readonly FoundUpload[] {
  const byFile = new Map(named.flatMap(({ uploads }) => uploads.map((each) => [each.file, each])));
  return [...byFile.values()];
}

/** As it is printed: its path in a mount, or its staging file. */
export function nameOf({ path, file }: Pick<FoundUpload, "file" | "path">): string {
  return printable(path ?? file);
}

function nothingError(path: string): BsmountError {
  const problem = `there is no file at ${path} that BaseSpace lacks`;
  return new BsmountError("not-found", problem, {
    remedy: "bsmount uploads list shows what was written and is not in BaseSpace yet",
  });
}
