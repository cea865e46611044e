import type { SampleId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeFile } from "../models/file.ts";
import { decodeSample } from "../models/sample.ts";
import type { FileEntry, Sample } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { type FilesParams, FILES } from "./files.ts";
import { propertyList } from "./properties.ts";

/** Samples of v1. */
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
    return this.#client.list({ path, rules: FILES, params, decode: decodeFile });
  }

  /** `GET /v1pre3/samples/{id}/properties` */
  properties(id: SampleId): List<Property> {
    return propertyList(this.#client, "samples", id);
  }
}
