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
