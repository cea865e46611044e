import type { SampleId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeFile } from "../models/file.ts";
import { decodeSample } from "../models/sample.ts";
import { listQuery, type ListParams, type ListRules } from "../paging/list-parameters.ts";
import type { FileEntry, Sample } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions, Query } from "../transport/rest.ts";
import { type FilesParams, filesQuery } from "./files.ts";
import { propertyList } from "./properties.ts";

const SAMPLES: ListRules = {
  version: "v1",
  sorts: ["Id", "Name", "DateCreated"],
  filters: {},
};

/** The parameters of `…/samples`, in the service's spelling. @throws BsmountError `usage` */
export function samplesQuery(params: ListParams): Query {
  return listQuery(SAMPLES, params);
}

export class Samples {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/samples/{id}` */
  async get(id: SampleId, options?: CallOptions): Promise<Sample> {
    return await this.#client.one(`samples/${segment(id)}`, decodeSample, options);
  }

  /** `GET /v1pre3/samples/{id}/files` */
  files(id: SampleId, params: FilesParams = {}): List<FileEntry> {
    const path = `samples/${segment(id)}/files`;
    return this.#client.list({ path, query: filesQuery(params), decode: decodeFile });
  }

  /** `GET /v1pre3/samples/{id}/properties` */
  properties(id: SampleId): List<Property> {
    return propertyList(this.#client, "samples", id);
  }
}
