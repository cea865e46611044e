import { choices, listRules, type ParamsOf, text } from "../paging/list-parameters.ts";

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

export type RunSort = (typeof SORTS)[number];

/** The lists of runs, in either version. */
export const RUNS = listRules(SORTS, {
  /** Only runs in one of these states. */
  statuses: choices("Statuses", RUN_STATUSES),
  instrumentType: text("InstrumentType"),
  reagentBarcode: text("ReagentBarcode"),
  flowcellBarcode: text("FlowcellBarcode"),
});

/** The parameters of lists of runs. */
export interface RunsParams extends ParamsOf<typeof RUNS> {}
