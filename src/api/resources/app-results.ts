import type { AppResultId, SampleId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeAppResult } from "../models/app-result.ts";
import { decodeFile } from "../models/file.ts";
import { decodeSample } from "../models/sample.ts";
import type { AppResult, FileEntry, Sample } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { type FilesParams, FILES } from "./files.ts";
import { referencedIds } from "./references.ts";
import { propertyList } from "./properties.ts";

/** App results of v1. */
export class AppResults {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/appresults/{id}`. @throws ApiError `access-denied`, also for an Id that is not there */
  async get(id: AppResultId, options?: CallOptions): Promise<AppResult> {
    return await this.#client.one(`appresults/${segment(id)}`, decodeAppResult, options);
  }

  /** The complete files: `GET /v1pre3/appresults/{id}/files`. */
  files(id: AppResultId, params: FilesParams = {}): List<FileEntry> {
    const path = `appresults/${segment(id)}/files`;
    return this.#client.list({ path, rules: FILES, params, decode: decodeFile });
  }

  /** `GET /v1pre3/appresults/{id}/properties` */
  properties(id: AppResultId): List<Property> {
    return propertyList(this.#client, "appresults", id);
  }

  /**
   * The samples that a result was made of, by its references: one `GET /v1pre3/samples/{id}` each. Only a result
   * that was requested by its Id has references.
   */
  async referencedSamples(result: AppResult, options?: CallOptions): Promise<Sample[]> {
    const ids = referencedIds(result, "Sample") as SampleId[];
    const samples: Sample[] = [];
    for (const id of ids) {
      samples.push(await this.#client.one(`samples/${segment(id)}`, decodeSample, options));
    }
    return samples;
  }
}
