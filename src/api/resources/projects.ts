import type { ProjectId } from "../../core/ids.ts";
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

export class Projects {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/projects/{id}` */
  async get(id: ProjectId, options?: CallOptions): Promise<Project> {
    return await this.#client.one(`projects/${segment(id)}`, decodeProject, options);
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
