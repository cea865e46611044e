import type { FileId } from "../../core/ids.ts";
import { segment } from "../address.ts";
import { decodeFile } from "../decode/file.ts";
import { decodeProperty } from "../decode/property.ts";
import type { FileEntry, Property } from "../models.ts";
import type { List } from "../paging.ts";
import {
  type ListParams,
  PROPERTY_SORTING,
  type ResourceClient,
  sorting,
} from "../resource-client.ts";
import type { CallOptions, Query } from "../rest.ts";

export interface FilesParams extends ListParams {
  /** Only files whose names end so, e.g. `.bam`. */
  readonly extensions?: readonly string[];
}

/** The parameters of `…/files`, in the service's spelling. */
export function filesQuery(params: FilesParams): Query {
  return { ...sorting(params), Extensions: params.extensions };
}

export class Files {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/files/{id}` */
  async get(id: FileId, options?: CallOptions): Promise<FileEntry> {
    return await this.#client.one(`files/${segment(id)}`, decodeFile, options);
  }

  /** `GET /v1pre3/files/{id}/properties` */
  properties(id: FileId): List<Property> {
    return this.#client.list(`files/${segment(id)}/properties`, decodeProperty, PROPERTY_SORTING);
  }
}
