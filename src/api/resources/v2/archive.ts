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

/** What goes into cold storage, or comes back; at least one. */
export interface Archivable {
  readonly datasetIds?: readonly string[];
  readonly runIds?: readonly RunId[];
}

/** How it is then. A service that moves it later still shows it as it was. */
export interface Archived {
  readonly datasets: readonly Dataset[];
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

/** Cold storage, from where no content can be read. */
export class Archive {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /**
   * Puts datasets and runs into cold storage with all their files: `POST /v2/archive`.
   * @throws BsmountError `usage` for nothing at all; ApiError `access-denied` without the right to write
   */
  async add(what: Archivable, options: CallOptions = {}): Promise<Archived> {
    return await this.#move("/v2/archive", what, options);
  }

  /** Fetches them back: `POST /v2/restore`. Throws as `add` does. */
  async restore(what: Archivable, options: CallOptions = {}): Promise<Archived> {
    return await this.#move("/v2/restore", what, options);
  }

  /** Doing it twice is the same as once. */
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
