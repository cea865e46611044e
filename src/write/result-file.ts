import type { AppResultId, FileId } from "../core/ids.ts";
import type { InFlight } from "./in-flight.ts";

/** Which file of which app result; not its content. */
export interface ResultFile {
  readonly appResultId: AppResultId;
  /** The app result as the mount shows it: `/projects/p/appresults/r`. */
  readonly resultPath: string;
  /** In the app result: folders and name, without a leading slash. */
  readonly path: string;
}

/** What BaseSpace showed at a path when a file began to have it. */
export interface ShownFile {
  /** The newest complete file of that path; null when there was none, absent where that is not known. */
  readonly shown?: FileId | null;
  /** What BaseSpace may complete there later, and is older than this file. */
  readonly overtakes?: InFlight;
}

/** A file that is to be made. */
export interface NewResultFile extends ResultFile, ShownFile {}

/** The file as the mount shows it. */
export function shownPathOf({ resultPath, path }: ResultFile): string {
  return `${resultPath}/files/${path}`;
}
