import { basename, dirname, resolve } from "node:path";
import { BsmountError } from "../../core/errors.ts";
import { pathInMount } from "../../mount/mount.ts";
import { isBelow, mountPathOf } from "../../session/upload-list.ts";
import type { StagedUpload } from "../../write/leftovers.ts";
import { shownPathOf } from "../../write/result-file.ts";
import { isRemote, remoteNames } from "../remote-path.ts";

/** What a user names: a file, or everything below a folder. */
export type UploadPath =
  | {
      readonly kind: "shown";
      /** As the user gave it. */
      readonly given: string;
      /** In a mount, with a leading slash. */
      readonly path: string;
      /** Only files of this mount, when it is a live one; absent when the path is given without a mount. */
      readonly mountPoint?: string;
    }
  | {
      readonly kind: "staged";
      readonly given: string;
      /** The staging file. */
      readonly file: string;
    };

/**
 * Reads paths in all forms: in a mount, as a mount shows it (`/projects/…`), `bs:/…`, and the staging file as
 * `uploads list` prints it.
 * @throws BsmountError `usage` for any other path
 */
export async function parseUploadPaths(
  paths: readonly string[],
  runtimeFolder: string,
): Promise<readonly UploadPath[]> {
  return await Promise.all(paths.map(async (path) => await parsePath(path, runtimeFolder)));
}

async function parsePath(given: string, runtimeFolder: string): Promise<UploadPath> {
  if (isRemote(given)) return { kind: "shown", given, path: `/${remoteNames(given).join("/")}` };
  const absolute = resolve(given);
  if (isStagingFile(absolute)) return { kind: "staged", given, file: absolute };
  const inMount = await pathInMount(absolute, runtimeFolder);
  if (inMount !== undefined) {
    const { mountPoint, inside } = inMount;
    return { kind: "shown", given, path: inside, mountPoint };
  }
  if (/^\/(projects|runs)(\/|$)/.test(given)) return { kind: "shown", given, path: absolute };
  const problem = `${JSON.stringify(given)} is in no mount, no path in BaseSpace, and no staging file`;
  throw new BsmountError("usage", problem, {
    remedy: "give a path in a mount, bs:/projects/…, or one that bsmount uploads list prints",
  });
}

function isStagingFile(path: string): boolean {
  const isFolder = /^mount-(?:[0-9a-f]{12}|\w{6})$/.test(basename(dirname(path)));
  return isFolder && /^[1-9]\d*$/.test(basename(path));
}

/** Whether `path` names a file of which only the journal is known. */
export function isShownAt({ file, resultFile }: StagedUpload, path: UploadPath): boolean {
  if (path.kind === "staged") return file.endsWith(path.file.split("/").slice(-2).join("/"));
  if (resultFile === undefined) return false;
  const shown = [mountPathOf(resultFile), shownPathOf(resultFile)];
  return shown.some((each) => isBelow(each, path.path)) || isInResult(resultFile, path.path);
}

/** The Id of an app result takes the place of its name, whatever its project is called. */
function isInResult(resultFile: NonNullable<StagedUpload["resultFile"]>, path: string): boolean {
  const [projects, , appResults, result, ...inside] = path.split("/").filter((name) => name !== "");
  if (projects !== "projects" || appResults !== "appresults") return false;
  const { appResultId, resultPath } = resultFile;
  if (result !== appResultId) return false;
  return isBelow(mountPathOf(resultFile), [resultPath, ...inside].join("/"));
}
