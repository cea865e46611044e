import { BsmountError } from "../core/errors.ts";
import { type StagedUpload, stagedUploads } from "../write/leftovers.ts";
import { shownPathOf } from "../write/result-file.ts";
import { namedFiles } from "./held-files.ts";

/*
 * An app result that is to end takes no more files afterwards. Files of it that others have, and that are not in
 * BaseSpace, would be lost to it; so whoever ends it looks at other mounts, and at what is in staging.
 */

/** An app result that is to get another status. */
export interface EndingResult {
  /** Its origin. */
  readonly apiServer: string;
  readonly appResultId: string;
  /** For the message: `cannot make r Complete`. */
  readonly what: string;
}

/**
 * Asks whoever else may have files of the result.
 * @throws BsmountError `unfinished` when somebody has files of it that are not in BaseSpace
 */
export type RefuseElsewhere = (result: EndingResult, signal: AbortSignal) => Promise<void>;

/**
 * Refuses while staging has files of the result that another process wrote. What a process that has ended left
 * behind does no harm where BaseSpace has a file at its place: somebody has written it anew.
 * @param filesThere paths of the files that BaseSpace has
 * @throws BsmountError `unfinished`
 */
export async function refuseStaged(
  { apiServer, appResultId, what }: EndingResult,
  stagingFolder: string,
  filesThere: () => Promise<ReadonlySet<string>>,
): Promise<void> {
  const ofResult = (await stagedUploads(stagingFolder)).filter(
    ({ place, apiServer: server, pid, host }) =>
      place?.appResultId === appResultId &&
      server === apiServer &&
      (pid !== process.pid || host !== undefined),
  );
  if (ofResult.length === 0) return;
  const live = ofResult.find(({ isLive }) => isLive);
  if (live !== undefined) throw stagedByOther(what, live);
  const there = await filesThere();
  const left = ofResult.filter(({ place }) => !there.has(place?.path ?? ""));
  if (left.length > 0) throw leftBehind(what, left);
}

/** The paths of `files` in the result. */
export function pathsOf(files: readonly { readonly path: string }[]): ReadonlySet<string> {
  return new Set(files.map(({ path }) => path));
}

function stagedByOther(what: string, { pid, host, place }: StagedUpload): BsmountError {
  const process = `process ${pid ?? "?"}${host === undefined ? "" : ` on ${host}`}`;
  const problem = `${what}: ${process} has not uploaded ${shownPath(place)} yet`;
  return new BsmountError("unfinished", problem, {
    remedy: "wait until its files are closed and uploaded; bsmount uploads list shows them",
  });
}

function leftBehind(what: string, left: readonly StagedUpload[]): BsmountError {
  const were = left.length === 1 ? "was" : "were";
  const files = namedFiles(left.map(({ place }) => shownPath(place)));
  const problem = `${what}: a mount that has ended wrote ${files}, which ${were} never uploaded`;
  return new BsmountError("unfinished", problem, {
    remedy:
      "bsmount uploads list shows where the bytes are: copy them to their place with bsmount cp, or remove " +
      "them; then the same again",
  });
}

function shownPath(place: StagedUpload["place"]): string {
  return place === undefined ? "a file" : shownPathOf(place);
}
