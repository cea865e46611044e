import type { AppSessionId, ProjectId } from "../../core/ids.ts";
import { segment } from "../address.ts";
import { decodeAppResult } from "../decode/app-result.ts";
import { decodeProject } from "../decode/project.ts";
import { decodeProperty } from "../decode/property.ts";
import { decodeSample } from "../decode/sample.ts";
import type { AppResult, Project, Property, Sample } from "../models.ts";
import type { List } from "../paging.ts";
import {
  type ListParams,
  type ResourceClient,
  PROPERTY_SORTING,
  sorting,
} from "../resource-client.ts";
import type { CallOptions } from "../rest.ts";

export interface AppResultsParams extends ListParams {
  /** Only results in one of these states, e.g. `Complete`. */
  readonly statuses?: readonly string[];
}

export interface NewAppResult {
  readonly name: string;
  readonly description?: string;
  /** The session it belongs to. Default: the service makes a new one, `Running`. */
  readonly appSessionId?: AppSessionId;
}

export class Projects {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/projects/{id}` */
  async get(id: ProjectId, options?: CallOptions): Promise<Project> {
    return await this.#client.one(`projects/${segment(id)}`, decodeProject, options);
  }

  /**
   * Makes a project: `POST /v1pre3/projects`.
   * @throws ApiError with `mayHaveSucceeded` when the answer was lost
   */
  async create(name: string, options?: CallOptions): Promise<Project> {
    return await this.#client.post(
      { path: "projects", body: { Name: name } },
      decodeProject,
      options,
    );
  }

  /**
   * Makes an app result, to upload into: `POST /v1pre3/projects/{id}/appresults`.
   * @throws ApiError `access-denied` without create or write on the project; `mayHaveSucceeded` when the
   * answer was lost
   */
  async createAppResult(
    id: ProjectId,
    { name, description, appSessionId }: NewAppResult,
    options?: CallOptions,
  ): Promise<AppResult> {
    const path = `projects/${segment(id)}/appresults`;
    const body = { Name: name, Description: description };
    const query = appSessionId === undefined ? {} : { appsessionid: appSessionId };
    return await this.#client.post({ path, query, body }, decodeAppResult, options);
  }

  /** `GET /v1pre3/projects/{id}/samples` */
  samples(id: ProjectId, params: ListParams = {}): List<Sample> {
    return this.#client.list(`projects/${segment(id)}/samples`, decodeSample, sorting(params));
  }

  /** `GET /v1pre3/projects/{id}/appresults` */
  appResults(id: ProjectId, params: AppResultsParams = {}): List<AppResult> {
    const query = { ...sorting(params), Statuses: params.statuses };
    return this.#client.list(`projects/${segment(id)}/appresults`, decodeAppResult, query);
  }

  /** `GET /v1pre3/projects/{id}/properties` */
  properties(id: ProjectId): List<Property> {
    const path = `projects/${segment(id)}/properties`;
    return this.#client.list(path, decodeProperty, PROPERTY_SORTING);
  }
}
