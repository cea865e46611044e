import type { FileId } from "../../core/ids.ts";
import { neverAborted } from "../../core/abort.ts";
import { segment } from "../transport/address.ts";
import type { LinkCache } from "../content/link-cache.ts";
import { decodeFile } from "../models/file.ts";
import {
  extensionsFilter,
  listRules,
  type ParamsOf,
  textFilter,
} from "../paging/list-parameters.ts";
import type { FileEntry } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { propertyList } from "./properties.ts";

/** The parameters of `…/files`. */
export const FILES = listRules(["Id", "Path", "DateCreated"], {
  /** Only files with one of these extensions, such as `.bam`. */
  extensions: extensionsFilter("Extensions"),
  /** Only files directly in this folder; `/` is the outermost one. */
  directory: textFilter("Directory"),
});

/** Parameters of a list of files. */
export interface FilesParams extends ParamsOf<typeof FILES> {}

/** A signed link to the content of a file. */
export interface FileLink {
  /** Anyone who has this link can read the file until the link expires. Requests to it must not carry the token. */
  readonly url: string;
}

/** Files of v1. */
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
   * A signed link to the content, valid for a limited time: `GET /v1pre3/files/{id}/content?redirect=meta`.
   * @throws ApiError `access-denied` without READ, `archived`
   */
  async link(id: FileId, { signal = neverAborted }: CallOptions = {}): Promise<FileLink> {
    const { url } = await this.#links.get(id, signal);
    return { url: url.href };
  }
}
