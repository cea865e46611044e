import type { Run } from "../state/entities.ts";
import { sequencingStats } from "./sequencing-stats.ts";
import { userCompact } from "./user.ts";
import { type Json, slug, type View, withExtra } from "./view.ts";

export function runCompact(view: View, run: Run): Json {
  return withExtra(run, runKeys(view, run));
}

/** The NumCycles… are 0 here, as in the service; the statistics have the real figures. */
export function runKeys(view: View, run: Run): Json {
  const { instrument } = run;
  return {
    Id: run.id,
    Href: `v1pre3/runs/${run.id}`,
    Name: run.name,
    Number: run.number,
    ExperimentName: run.experimentName,
    Status: run.status,
    ReagentBarcode: run.reagentBarcode,
    FlowcellBarcode: run.flowcellBarcode,
    DateCreated: run.dateCreated,
    DateModified: run.dateModified,
    UserOwnedBy: userCompact(view, run.ownerId),
    UserUploadedBy: userCompact(view, run.uploadedById),
    TotalSize: view.state.indexes.totalSize({ noun: "runs", id: run.id }),
    PlatformName: run.platformName,
    Workflow: run.workflow,
    Instrument: {
      InstrumentId: instrument.id,
      Name: instrument.name,
      SerialNumber: instrument.name,
    },
    InstrumentName: instrument.name,
    InstrumentType: instrument.type,
    NumCyclesRead1: 0,
    NumCyclesRead2: 0,
    NumCyclesIndex1: 0,
    NumCyclesIndex2: 0,
    ...stateKeys(view, run),
  };
}

function stateKeys(view: View, run: Run): Json {
  return {
    HrefBaseSpaceUI: `${view.webOrigin()}/run/${run.id}/${slug(run.experimentName)}`,
    HasCollaborators: run.sharedWith.length > 0,
    IsArchived: run.isArchived,
    IsZipping: false,
    IsZipped: false,
    IsUnzipping: false,
    SequencingStats: sequencingStats(run),
    AnalysisSettings: { ReverseComplementI5Index: false },
    LaneAndQcStatus: "QcPassed",
    LimsStatus: "NoLims",
    DateInstrumentStarted: run.dateCreated,
    DateInstrumentCompleted: run.dateModified,
  };
}
