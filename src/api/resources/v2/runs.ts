import { decodeRun } from "../../models/run.ts";
import { listQuery } from "../../paging/list-parameters.ts";
import type { Run } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { VersionClient } from "../version-client.ts";
import { RUN_FILTERS, RUN_SORTS, type RunsParams } from "../run-status.ts";

/** The list of runs by v2; all else of them is v1's: see `BaseSpace.runs`. */
export class RunsV2 {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v2/runs` */
  list(params: RunsParams = {}): List<Run> {
    const rules = { version: "v2", sorts: RUN_SORTS, filters: RUN_FILTERS } as const;
    const query = listQuery(rules, params);
    return this.#client.list({ path: "runs", query, decode: decodeRun });
  }
}
