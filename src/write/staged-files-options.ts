import { join } from "node:path";
import { type Clock, systemClock } from "../core/clock.ts";
import type { AppResultId } from "../core/ids.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import type { WriteMode } from "../core/write-mode.ts";
import { BASESPACE_PARTS, type PartPlan } from "../upload/part-plan.ts";
import type { ResultFile } from "./result-file.ts";
import type { Staging } from "./staging.ts";
import type { UploadedContent, UploadTarget } from "./upload-target.ts";
import type { WhiteoutsOptions } from "./whiteouts.ts";

export interface StagedFilesOptions {
  readonly target: UploadTarget;
  readonly staging: Staging;
  /** Reads files of BaseSpace, to verify uploads; without it nothing is read back. */
  readonly content?: UploadedContent | undefined;
  /** Reads every file back before it counts as finished. @default false */
  readonly verifiesUploads?: boolean;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Where files are cut into parts. @default as BaseSpace wants it */
  readonly plan?: PartPlan;
  /** Memory for bytes that are being sent. @default 48 MiB */
  readonly memoryBytes?: number;
  /** Complete files whose bytes stay in staging to be read from there. @default 256 */
  readonly keptFiles?: number;
  /** Bytes that these may have together. @default 1 GiB */
  readonly keptBytes?: number;
  /** Complete files of one app result that are listed here; BaseSpace lists older ones. @default 20 000 */
  readonly listedFiles?: number;
  /** When files are finished, in app results that have no mode of their own. @default through */
  readonly writeMode?: WriteMode;
  /** The folder of the records of what was removed. @default `removed`, in the folder of staging */
  readonly whiteouts?: Pick<WhiteoutsOptions, "folder" | "owner">;
  /** Called when BaseSpace has files of an app result that are no longer listed here. */
  readonly onForgotten?: (appResultId: AppResultId) => void;
  /** Called when a file of an app result is made, or opened for writing. */
  readonly onUsed?: (file: Pick<ResultFile, "appResultId" | "resultPath">) => void;
  /** Called when an upload failed that no call waited for. @default it is logged */
  readonly onUploadFailed?: ((file: ResultFile, error: unknown) => void) | undefined;
}

const MIB = 1024 * 1024;

export function stagedFilesSettings(options: StagedFilesOptions): Required<StagedFilesOptions> {
  return {
    content: undefined,
    verifiesUploads: false,
    clock: systemClock,
    logger: silentLogger,
    plan: BASESPACE_PARTS,
    memoryBytes: 48 * MIB,
    keptFiles: 256,
    keptBytes: 1024 * MIB,
    listedFiles: 20_000,
    writeMode: "through",
    whiteouts: {
      folder: join(options.staging.parent, "removed"),
      owner: options.staging.owner,
    },
    onForgotten: () => {},
    onUsed: () => {},
    onUploadFailed: undefined,
    ...options,
  };
}
