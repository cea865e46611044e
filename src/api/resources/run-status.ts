import { choices, type Filter, type ListParams, text } from "../paging/list-parameters.ts";

export const RUN_STATUSES = [
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

export const RUN_SORTS = [
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

export type RunSort = (typeof RUN_SORTS)[number];

/** The parameters of lists of runs. */
export interface RunsParams extends ListParams<RunSort> {
  /** Only runs in one of these states. */
  readonly statuses?: readonly RunStatus[];
  readonly instrumentType?: string;
  readonly reagentBarcode?: string;
  readonly flowcellBarcode?: string;
}

export const RUN_FILTERS: Readonly<Record<string, Filter>> = {
  statuses: choices("Statuses", RUN_STATUSES),
  instrumentType: text("InstrumentType"),
  reagentBarcode: text("ReagentBarcode"),
  flowcellBarcode: text("FlowcellBarcode"),
};
