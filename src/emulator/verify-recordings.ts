import { BsmountError, describeError } from "../core/errors.ts";
import type { Catalog } from "./catalog/schema.ts";
import { validateCatalog } from "./catalog/validate.ts";
import type { EmulatorOptions } from "./options.ts";
import { startEmulator } from "./start-emulator.ts";
import { compareResponses } from "./verify/compare-responses.ts";
import { deriveCatalog } from "./verify/derive/derive-catalog.ts";
import type { Difference } from "./verify/difference.ts";
import { CATALOG_NAME, readRecordings, type RecordingFolder } from "./verify/read-recordings.ts";
import { refuseRecording, type SkippedRecording } from "./verify/recording.ts";
import { replay } from "./verify/replay.ts";

export interface VerifyOptions {
  /** The folder of the recordings. */
  readonly folder: string;
  /** The emulator's catalog. @default the folder's catalog.json; without one it is derived from the recordings */
  readonly catalogFile?: string;
  readonly signal: AbortSignal;
}

/** A difference and the recording in which it is. */
export interface FoundDifference extends Difference {
  readonly file: string;
}

/** What the emulator does differently from the recorded service. */
export interface Verification {
  /** How many recordings were replayed. */
  readonly replayed: number;
  readonly skipped: readonly SkippedRecording[];
  readonly differences: readonly FoundDifference[];
  /** How many differences are not listed, because their recording has so many. */
  readonly unlisted: number;
}

/**
 * Replays recorded requests against an emulator of its own, and compares the responses with the recorded ones.
 *
 * @throws BsmountError `usage` for a folder, a recording or a catalog that cannot be used
 */
export async function verifyRecordings(options: VerifyOptions): Promise<Verification> {
  const { signal } = options;
  const folder = await readRecordings(options.folder, signal);
  await using emulator = await startEmulator(accountOf(folder, options));
  const isOtherAccount = options.catalogFile !== undefined || folder.catalog !== undefined;
  const differences: FoundDifference[] = [];
  let unlisted = 0;
  for (const recording of folder.recordings) {
    signal.throwIfAborted();
    const response = await replay(recording, emulator, signal);
    const found = compareResponses(recording, response, { isOtherAccount });
    unlisted += found.unlisted;
    differences.push(...found.found.map((each) => ({ file: recording.file, ...each })));
  }
  const { recordings, skipped } = folder;
  return { replayed: recordings.length, skipped, differences, unlisted };
}

function accountOf(
  { catalog, recordings }: RecordingFolder,
  { catalogFile }: VerifyOptions,
): EmulatorOptions {
  if (catalogFile !== undefined) return { catalogFile };
  if (catalog === undefined) return { catalog: deriveCatalog(recordings) };
  return { catalog: catalogOfFolder(catalog) };
}

function catalogOfFolder(json: unknown): Catalog {
  try {
    const catalog = validateCatalog(json);
    refuseOtherFiles(catalog);
    return catalog;
  } catch (cause) {
    return refuseRecording(CATALOG_NAME, describeError(cause), cause);
  }
}

/** A folder of recordings may come from anywhere, so its catalog may not name files of this machine. */
function refuseOtherFiles({ projects = [], runs = [] }: Catalog): void {
  const parents = projects.flatMap(({ samples = [], appResults = [], datasets = [] }) => [
    ...samples,
    ...appResults,
    ...datasets,
  ]);
  const files = [...parents, ...runs].flatMap((parent) => parent.files ?? []);
  const isImported = projects.some(({ importFolder }) => importFolder !== undefined);
  const namesFile = files.some(({ content }) => typeof content === "object" && "path" in content);
  if (!isImported && !namesFile) return;
  throw new BsmountError(
    "usage",
    "it names other files, which only a catalog that --catalog names may do",
  );
}
