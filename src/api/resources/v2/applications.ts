import type { ApplicationId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeApplication } from "../../models/application.ts";
import {
  flag,
  listQuery,
  type ListParams,
  type ListRules,
  text,
} from "../../paging/list-parameters.ts";
import type { Application } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { VersionClient } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";

const SORTS = ["Id", "Name", "DateCreated", "DatePublished", "VersionNumber"] as const;

export interface ApplicationsV2Params extends ListParams<(typeof SORTS)[number]> {
  /** `Native`, `Uploader`, … */
  readonly category?: string;
  /** Every version of each app, not the newest alone. */
  readonly allVersions?: boolean;
}

const APPLICATIONS: ListRules = {
  version: "v2",
  sorts: SORTS,
  filters: { category: text("category"), allVersions: flag("allversions") },
};

/** Apps by v2, which tells of older versions too; they are started by v1: see `BaseSpace.applications`. */
export class ApplicationsV2 {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v2/applications/{id}` */
  async get(id: ApplicationId, options?: CallOptions): Promise<Application> {
    return await this.#client.one(`applications/${segment(id)}`, decodeApplication, options);
  }

  /** `GET /v2/applications` */
  list(params: ApplicationsV2Params = {}): List<Application> {
    const query = listQuery(APPLICATIONS, params);
    const source = { path: "applications", query, decode: decodeApplication } as const;
    return this.#client.list({ ...source });
  }
}
