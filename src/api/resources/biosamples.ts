import { segment } from "../address.ts";
import { decodeBioSample } from "../decode/biosample.ts";
import type { BioSample } from "../models.ts";
import type { List } from "../paging.ts";
import type { ResourceClient } from "../resource-client.ts";
import type { CallOptions, Query } from "../rest.ts";

export class BioSamples {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v2/biosamples/{id}` */
  async get(id: string, options?: CallOptions): Promise<BioSample> {
    return await this.#client.oneV2(`biosamples/${segment(id)}`, decodeBioSample, options);
  }

  /** `GET /v2/biosamples`; `query` in the service's spelling, e.g. `{ projectid: "123" }`. */
  list(query: Query = {}): List<BioSample> {
    const sorted = { sortby: "Id", sortdir: "Asc", ...query };
    return this.#client.listV2("biosamples", decodeBioSample, sorted);
  }
}
