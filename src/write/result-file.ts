import type { AppResultId } from "../core/ids.ts";

/** Which file of which app result; not its content. */
export interface ResultFile {
  readonly appResultId: AppResultId;
  /** The app result as the mount shows it: `/projects/p/appresults/r`. */
  readonly resultPath: string;
  /** In the app result: folders and name, without a leading slash. */
  readonly path: string;
}

/** The file as the mount shows it. */
export function shownPathOf({ resultPath, path }: ResultFile): string {
  return `${resultPath}/files/${path}`;
}
