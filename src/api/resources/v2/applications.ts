import type { ApplicationId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeApplication } from "../../models/application.ts";
import { flagFilter, listRules, type ParamsOf, textFilter } from "../../paging/list-parameters.ts";
import type { Application } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { VersionClient } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";

const APPLICATIONS = listRules(["Id", "Name", "DateCreated", "DatePublished", "VersionNumber"], {
  /** `Native`, `Uploader`, … */
  category: textFilter("category"),
  /** List every version of each app. Default false: the newest one. */
  allVersions: flagFilter("allversions"),
});

/** Parameters of a list of applications in v2. */
export interface ApplicationsV2Params extends ParamsOf<typeof APPLICATIONS> {}

/** Apps by v2, which also lists older versions. Apps are started by v1: see `BaseSpace.applications`. */
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
    const path = "applications";
    return this.#client.list({ path, rules: APPLICATIONS, params, decode: decodeApplication });
  }
}
