import type { ApplicationId, AppSessionId, ProjectId, RunId, UserId } from "../../../core/ids.ts";
import { segment } from "../../address.ts";
import { decodeAppSession } from "../../decode/app-session.ts";
import {
  flag,
  listQuery,
  type ListParams,
  type ListRules,
  text,
  texts,
} from "../../list-parameters.ts";
import type { AppSession } from "../../models.ts";
import type { List } from "../../paging.ts";
import type { Property } from "../../property.ts";
import { type ResourceClient, resourceOf } from "../../resource-client.ts";
import type { CallOptions, JsonAnswer } from "../../rest.ts";
import { propertyList } from "../properties.ts";
import { canWorkOn } from "../session-status.ts";

type Sort =
  | "Id"
  | "Name"
  | "AppId"
  | "ExecutionStatus"
  | "ModifiedOn"
  | "DateCreated"
  | "AppName"
  | "TotalSize"
  | "QcStatus"
  | "DeliveryStatus";

export interface AppSessionsV2Params extends ListParams<Sort> {
  readonly appId?: ApplicationId;
  readonly name?: string;
  readonly ownedByCurrentUser?: boolean;
  readonly executionStatus?: string;
  readonly qcStatus?: string;
  readonly deliveryStatus?: string;
  readonly outputProjects?: readonly ProjectId[];
  readonly inputRuns?: readonly RunId[];
  readonly inputBioSamples?: readonly string[];
  readonly userCreatedBy?: UserId;
  /** What is to come with each, e.g. `Properties`. */
  readonly include?: readonly string[];
  /** Names of the properties that are to come. */
  readonly propertyFilters?: readonly string[];
}

const APP_SESSIONS: ListRules = {
  version: "v2",
  sorts: [
    "Id",
    "Name",
    "AppId",
    "ExecutionStatus",
    "ModifiedOn",
    "DateCreated",
    "AppName",
    "TotalSize",
    "QcStatus",
    "DeliveryStatus",
  ] satisfies readonly Sort[],
  filters: {
    appId: text("appid"),
    name: text("name"),
    ownedByCurrentUser: flag("ownedbycurrentuser"),
    executionStatus: text("executionstatus"),
    qcStatus: text("qcstatus"),
    deliveryStatus: text("deliverystatus"),
    outputProjects: texts("output.projects"),
    inputRuns: texts("input.runs"),
    inputBioSamples: texts("input.biosamples"),
    userCreatedBy: text("usercreatedby"),
    include: texts("include"),
    propertyFilters: texts("propertyfilters"),
  },
};

/** Sessions by v2. */
export class AppSessionsV2 {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v2/appsessions/{id}` */
  async get(id: AppSessionId, options?: CallOptions): Promise<AppSession> {
    return await this.#client.oneV2(`appsessions/${segment(id)}`, decodeAppSession, options);
  }

  /** `GET /v2/appsessions` */
  list(params: AppSessionsV2Params = {}): List<AppSession> {
    const query = listQuery(APP_SESSIONS, params);
    return this.#client.list({
      path: "appsessions",
      query,
      decode: decodeAppSession,
      version: "v2",
    });
  }

  /** `GET /v2/appsessions/{id}/properties` */
  properties(id: AppSessionId): List<Property> {
    return propertyList(this.#client, { resource: "appsessions", id, version: "v2" });
  }

  /**
   * Stops what runs: `POST /v2/appsessions/{id}/stop`, and answers the session as it is then. v1's own way
   * takes no token. When the answer is lost, looks whether it still runs.
   * @throws ApiError `access-denied`
   */
  async stop(id: AppSessionId, options: CallOptions = {}): Promise<AppSession> {
    const path = `/v2/appsessions/${segment(id)}`;
    const look = async (): Promise<JsonAnswer | undefined> => {
      const asked = await this.#client.rest.get(path, {}, options);
      return canWorkOn(resourceOf(asked, decodeAppSession, "v2")) ? undefined : asked;
    };
    await this.#client.once({ method: "POST", path: `${path}/stop`, body: {} }, look, options);
    return await this.get(id, options);
  }
}
