import { type Clock, systemClock } from "../core/clock.ts";
import type { AppResultId } from "../core/ids.ts";
import { type Logger, silentLogger } from "../core/logger.ts";
import { BASESPACE_PARTS, type PartPlan } from "../core/part-plan.ts";
import type { Staging } from "./staging.ts";
import type { UploadTarget } from "./upload-target.ts";

export interface LocalFilesOptions {
  readonly target: UploadTarget;
  readonly staging: Staging;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Where files are cut. @default as BaseSpace wants it */
  readonly plan?: PartPlan;
  /** Memory for bytes on their way up. @default 48 MiB */
  readonly memoryBytes?: number;
  /** Finished files whose bytes stay in staging to be read from there. @default 256 */
  readonly keptFiles?: number;
  /** Bytes of those, in all. @default 1 GiB */
  readonly keptBytes?: number;
  /** Finished files of one app result that are remembered; older ones are BaseSpace's to list. @default 20 000 */
  readonly rememberedFiles?: number;
  /** Told when BaseSpace has files of an app result that are no longer remembered here. */
  readonly onForgotten?: (appResultId: AppResultId) => void;
}

const MIB = 1024 * 1024;

export function withDefaults(options: LocalFilesOptions): Required<LocalFilesOptions> {
  return {
    clock: systemClock,
    logger: silentLogger,
    plan: BASESPACE_PARTS,
    memoryBytes: 48 * MIB,
    keptFiles: 256,
    keptBytes: 1024 * MIB,
    rememberedFiles: 20_000,
    onForgotten: () => {},
    ...options,
  };
}
