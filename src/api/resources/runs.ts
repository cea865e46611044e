import type { RunId } from "../../core/ids.ts";
import { segment } from "../address.ts";
import { decodeFile } from "../decode/file.ts";
import { decodeProperty } from "../decode/property.ts";
import { decodeRun } from "../decode/run.ts";
import type { FileEntry, Run, Property } from "../models.ts";
import type { List } from "../paging.ts";
import { PROPERTY_SORTING, type ResourceClient } from "../resource-client.ts";
import type { CallOptions } from "../rest.ts";
import { type FilesParams, filesQuery } from "./files.ts";

export class Runs {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/runs/{id}` */
  async get(id: RunId, options?: CallOptions): Promise<Run> {
    return await this.#client.one(`runs/${segment(id)}`, decodeRun, options);
  }

  /** `GET /v1pre3/runs/{id}/files` */
  files(id: RunId, params: FilesParams = {}): List<FileEntry> {
    return this.#client.list(`runs/${segment(id)}/files`, decodeFile, filesQuery(params));
  }

  /** `GET /v1pre3/runs/{id}/properties` */
  properties(id: RunId): List<Property> {
    return this.#client.list(`runs/${segment(id)}/properties`, decodeProperty, PROPERTY_SORTING);
  }
}
