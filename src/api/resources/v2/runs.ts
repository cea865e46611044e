import { decodeRun } from "../../models/run.ts";
import type { Run } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { VersionClient } from "../version-client.ts";
import { RUNS, type RunsParams } from "../run-lists.ts";

/** The list of runs by v2. Everything else about runs is in v1: see `BaseSpace.runs`. */
export class RunsV2 {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v2/runs` */
  list(params: RunsParams = {}): List<Run> {
    return this.#client.list({ path: "runs", rules: RUNS, params, decode: decodeRun });
  }
}
