import { z } from "zod";
import type { RunId } from "../../../core/ids.ts";
import { BsmountError } from "../../../core/errors.ts";
import { decodeDataset } from "../../models/dataset.ts";
import { type Decode, parse } from "../../models/parse.ts";
import { decodeRun } from "../../models/run.ts";
import { anything } from "../../models/wire.ts";
import type { Dataset, Run } from "../../models/models.ts";
import type { VersionClient } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";

/** What is moved to cold storage or back; at least one. */
export interface Archivable {
  /** Datasets to move. */
  readonly datasetIds?: readonly string[];
  /** Runs to move. */
  readonly runIds?: readonly RunId[];
}

/** The entities after the request. A service that moves them later still shows their earlier state. */
export interface Archived {
  /** The datasets, as they are now. */
  readonly datasets: readonly Dataset[];
  /** The runs, as they are now. */
  readonly runs: readonly Run[];
}

const shape = z.object({
  Datasets: z.array(anything).default([]),
  Runs: z.array(anything).default([]),
});

const decodeArchived: Decode<Archived> = (value, at) => {
  const { Datasets, Runs } = parse(shape, value ?? {}, at);
  return {
    datasets: Datasets.map((each, index) => decodeDataset(each, `Datasets[${index}]`)),
    runs: Runs.map((each, index) => decodeRun(each, `Runs[${index}]`)),
  };
};

/** Cold storage: content there cannot be read. */
export class Archive {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /**
   * Moves datasets and runs to cold storage with all their files: `POST /v2/archive`.
   * @throws BsmountError `usage` when nothing is named; ApiError `access-denied` without the right to write
   */
  async add(what: Archivable, options: CallOptions = {}): Promise<Archived> {
    return await this.#move("archive", what, options);
  }

  /** Moves them back: `POST /v2/restore`. Throws as {@link add} does. */
  async restore(what: Archivable, options: CallOptions = {}): Promise<Archived> {
    return await this.#move("restore", what, options);
  }

  /** Sending it twice has the same effect as once. */
  async #move(path: string, what: Archivable, options: CallOptions): Promise<Archived> {
    const { datasetIds = [], runIds = [] } = what;
    if (datasetIds.length + runIds.length === 0) {
      throw new BsmountError("usage", "neither a dataset nor a run is named");
    }
    const body = { Datasets: datasetIds, Runs: runIds };
    const change = { method: "POST", path, body, isRepeatable: true } as const;
    const response = await this.#client.change(change, options);
    return this.#client.decode(response, decodeArchived);
  }
}
