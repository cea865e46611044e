import type { FileId } from "../../core/ids.ts";
import { neverAborted } from "../../core/abort.ts";
import { segment } from "../transport/address.ts";
import type { LinkCache } from "../content/link-cache.ts";
import { decodeFile } from "../models/file.ts";
import {
  extensions,
  listQuery,
  type ListParams,
  type ListRules,
  text,
} from "../paging/list-parameters.ts";
import type { FileEntry } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions, Query } from "../transport/rest.ts";
import { propertyList } from "./properties.ts";

export interface FilesParams extends ListParams<"Id" | "Path" | "DateCreated"> {
  /** Only files whose names end so, e.g. `.bam`. */
  readonly extensions?: readonly string[];
  /** Only files right in this folder; `/` is the outermost. */
  readonly directory?: string;
}

const FILES: ListRules = {
  version: "v1",
  sorts: ["Id", "Path", "DateCreated"],
  filters: { extensions: extensions("Extensions"), directory: text("Directory") },
};

/** The parameters of `…/files`, in the service's spelling. @throws BsmountError `usage` */
export function filesQuery(params: FilesParams): Query {
  return listQuery(FILES, params);
}

/** Where a file's bytes are. */
export interface FileLink {
  /** Signed: whoever has it can read the file until it ends. It takes no token, and must be given none. */
  readonly url: string;
}

export class Files {
  readonly #client: VersionClient;
  readonly #links: LinkCache;

  constructor(client: VersionClient, links: LinkCache) {
    this.#client = client;
    this.#links = links;
  }

  /**
   * `GET /v1pre3/files/{id}`, pending files too.
   * @throws ApiError `access-denied`, also for an Id that is not there
   */
  async get(id: FileId, options?: CallOptions): Promise<FileEntry> {
    return await this.#client.one(`files/${segment(id)}`, decodeFile, options);
  }

  /** `GET /v1pre3/files/{id}/properties` */
  properties(id: FileId): List<Property> {
    return propertyList(this.#client, "files", id);
  }

  /**
   * A signed link to the content, good for a while: `GET /v1pre3/files/{id}/content?redirect=meta`.
   * @throws ApiError `access-denied` without READ, `archived`
   */
  async link(id: FileId, { signal = neverAborted }: CallOptions = {}): Promise<FileLink> {
    const { url } = await this.#links.get(id, signal);
    return { url: url.href };
  }
}
