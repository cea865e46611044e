import type { ApiCall } from "../access/api-call.ts";
import { byId, byText, type Page, pageOf, type Sorts } from "../http/paging.ts";
import type { Run } from "../state/entities.ts";
import type { State } from "../state/state.ts";

/** The page of runs that a query requests, among those that the caller may see. */
export function runPage(state: State, call: ApiCall): Page<Run> {
  const seen = [...state.all("runs")].filter(
    ({ id, removed }) => removed !== true && call.grants.may("browse", { noun: "runs", id }),
  );
  return pageOf(seen.filter(runFilter(call)), call.query, { sorts: runSorts(state) });
}

function runFilter({ query }: ApiCall): (run: Run) => boolean {
  const wanted: readonly [string | undefined, (run: Run) => string][] = [
    [query.get("InstrumentType"), (run) => run.instrument.type],
    [query.get("ReagentBarcode"), (run) => run.reagentBarcode],
    [query.get("FlowcellBarcode"), (run) => run.flowcellBarcode],
  ];
  return (run) =>
    query.allows("Statuses", run.status) &&
    wanted.every(([value, valueOf]) => value === undefined || value === valueOf(run));
}

function runSorts(state: State): Sorts<Run> {
  const size = ({ id }: Run): number => state.indexes.totalSize({ noun: "runs", id });
  return {
    Id: byId,
    DateCreated: byText((run) => run.dateCreated),
    DateModified: byText((run) => run.dateModified),
    ExperimentName: byText((run) => run.experimentName),
    LaneAndQcStatus: byId,
    PlatformName: byText((run) => run.platformName),
    UserOwnedBy: byText((run) => run.ownerId),
    Status: byText((run) => run.status),
    Workflow: byText((run) => run.workflow),
    InstrumentName: byText((run) => run.instrument.name),
    InstrumentSerialNumber: byText((run) => run.instrument.name),
    TotalSize: (a, b) => size(a) - size(b),
  };
}
