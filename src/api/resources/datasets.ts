import { segment } from "../address.ts";
import { decodeDataset } from "../decode/dataset.ts";
import { decodeFile } from "../decode/file.ts";
import type { Dataset, FileEntry } from "../models.ts";
import type { List } from "../paging.ts";
import type { ResourceClient } from "../resource-client.ts";
import type { CallOptions, Query } from "../rest.ts";

export class Datasets {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v2/datasets/{id}` */
  async get(id: string, options?: CallOptions): Promise<Dataset> {
    return await this.#client.oneV2(`datasets/${segment(id)}`, decodeDataset, options);
  }

  /**
   * `GET /v2/datasets`; `query` in the service's spelling, e.g. `{ projectid: "123" }`. Oldest first,
   * as v2 cannot sort datasets by Id.
   */
  list(query: Query = {}): List<Dataset> {
    const sorted = { sortby: "DateCreated", sortdir: "Asc", ...query };
    return this.#client.listV2("datasets", decodeDataset, sorted);
  }

  /** `GET /v2/datasets/{id}/files` */
  files(id: string, query: Query = {}): List<FileEntry> {
    const sorted = { sortby: "Id", sortdir: "Asc", ...query };
    return this.#client.listV2(`datasets/${segment(id)}/files`, decodeFile, sorted);
  }
}
