import type { SampleId } from "../../core/ids.ts";
import { segment } from "../address.ts";
import { decodeFile } from "../decode/file.ts";
import { decodeProperty } from "../decode/property.ts";
import { decodeSample } from "../decode/sample.ts";
import type { FileEntry, Sample, Property } from "../models.ts";
import type { List } from "../paging.ts";
import { PROPERTY_SORTING, type ResourceClient } from "../resource-client.ts";
import type { CallOptions } from "../rest.ts";
import { type FilesParams, filesQuery } from "./files.ts";

export class Samples {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/samples/{id}` */
  async get(id: SampleId, options?: CallOptions): Promise<Sample> {
    return await this.#client.one(`samples/${segment(id)}`, decodeSample, options);
  }

  /** `GET /v1pre3/samples/{id}/files` */
  files(id: SampleId, params: FilesParams = {}): List<FileEntry> {
    return this.#client.list(`samples/${segment(id)}/files`, decodeFile, filesQuery(params));
  }

  /** `GET /v1pre3/samples/{id}/properties` */
  properties(id: SampleId): List<Property> {
    return this.#client.list(`samples/${segment(id)}/properties`, decodeProperty, PROPERTY_SORTING);
  }
}
