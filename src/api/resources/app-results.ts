import type { AppResultId } from "../../core/ids.ts";
import { segment } from "../address.ts";
import { decodeAppResult } from "../decode/app-result.ts";
import { decodeFile } from "../decode/file.ts";
import { decodeProperty } from "../decode/property.ts";
import type { FileEntry, AppResult, Property } from "../models.ts";
import type { List } from "../paging.ts";
import { PROPERTY_SORTING, type ResourceClient } from "../resource-client.ts";
import type { CallOptions } from "../rest.ts";
import { type FilesParams, filesQuery } from "./files.ts";

export class AppResults {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/appresults/{id}` */
  async get(id: AppResultId, options?: CallOptions): Promise<AppResult> {
    return await this.#client.one(`appresults/${segment(id)}`, decodeAppResult, options);
  }

  /** `GET /v1pre3/appresults/{id}/files` */
  files(id: AppResultId, params: FilesParams = {}): List<FileEntry> {
    return this.#client.list(`appresults/${segment(id)}/files`, decodeFile, filesQuery(params));
  }

  /** `GET /v1pre3/appresults/{id}/properties` */
  properties(id: AppResultId): List<Property> {
    return this.#client.list(
      `appresults/${segment(id)}/properties`,
      decodeProperty,
      PROPERTY_SORTING,
    );
  }
}
