import { choicesFilter, listRules, type ParamsOf, textFilter } from "../paging/list-parameters.ts";

const RUN_STATUSES = [
  "New",
  "Ready",
  "Running",
  "Paused",
  "Stopped",
  "Uploading",
  "PendingAnalysis",
  "Analyzing",
  "Complete",
  "Failed",
  "NeedsAttention",
] as const;

/** A status of a run. */
export type RunStatus = (typeof RUN_STATUSES)[number];

const SORTS = [
  "Id",
  "DateCreated",
  "DateModified",
  "ExperimentName",
  "LaneAndQcStatus",
  "PlatformName",
  "UserOwnedBy",
  "Status",
  "Workflow",
  "InstrumentName",
  "InstrumentSerialNumber",
  "TotalSize",
] as const;

/** A field that runs can be sorted by. */
export type RunSort = (typeof SORTS)[number];

/** The lists of runs, in either version. */
export const RUNS = listRules(SORTS, {
  /** Only runs in one of these states. */
  statuses: choicesFilter("Statuses", RUN_STATUSES),
  /** The type of the instrument, such as `MiSeq`. */
  instrumentType: textFilter("InstrumentType"),
  /** The barcode of the reagent kit. */
  reagentBarcode: textFilter("ReagentBarcode"),
  /** The barcode of the flow cell. */
  flowcellBarcode: textFilter("FlowcellBarcode"),
});

/** The parameters of lists of runs. */
export interface RunsParams extends ParamsOf<typeof RUNS> {}
