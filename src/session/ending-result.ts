import { BsmountError } from "../core/errors.ts";
import { type StagedUpload, stagedUploads } from "../write/leftovers.ts";
import { shownPathOf } from "../write/result-file.ts";
import type { Staging } from "../write/staging.ts";
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

/** What is looked at of a session's own staging. */
export type OwnStaging = Pick<Staging, "parent" | "isOwn">;

/** When BaseSpace got the newest file of each path of a result, in milliseconds since 1970. */
export type FileDates = ReadonlyMap<string, number>;

/**
 * Refuses while staging has files of the result that another session wrote. What a process that has ended left
 * behind does no harm where BaseSpace has a newer file at its place: somebody has written it anew. An older one is
 * what it was to replace. That compares two clocks; where they differ by more than the time between, it is told once
 * too often or too seldom.
 * @param datesThere of the files that BaseSpace has
 * @throws BsmountError `unfinished`
 */
export async function refuseStaged(
  { apiServer, appResultId, what }: EndingResult,
  staging: OwnStaging,
  datesThere: () => Promise<FileDates>,
): Promise<void> {
  // By the folder: a process in a container has the number of one that ended there before.
  const ofResult = (await stagedUploads(staging.parent)).filter(
    ({ place, apiServer: server, file }) =>
      place?.appResultId === appResultId && server === apiServer && !staging.isOwn(file),
  );
  if (ofResult.length === 0) return;
  const live = ofResult.find(({ isLive }) => isLive);
  if (live !== undefined) throw stagedByOther(what, live);
  const there = await datesThere();
  const left = ofResult.filter(({ place, modified }) => {
    return (there.get(place?.path ?? "") ?? -Infinity) <= modified.getTime();
  });
  if (left.length > 0) throw leftBehind(what, left);
}

export function datesOf(
  files: readonly { readonly path: string; readonly dateCreatedMs: number }[],
): FileDates {
  const dates = new Map<string, number>();
  for (const { path, dateCreatedMs } of files) {
    dates.set(path, Math.max(dateCreatedMs, dates.get(path) ?? -Infinity));
  }
  return dates;
}

function stagedByOther(what: string, { pid, host, place }: StagedUpload): BsmountError {
  const process = `process ${pid ?? "?"}${host === undefined ? "" : ` on ${host}`}`;
  const problem = `${what}: ${process} has not uploaded ${shownPath(place)} yet`;
  const wait = "wait until its files are closed and uploaded; bsmount uploads list shows them";
  const gone = "; if that has ended, copy them to their place with bsmount cp, or remove them";
  const remedy = host === undefined ? wait : wait + gone;
  return new BsmountError("unfinished", problem, { remedy });
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
