import type { AppResultId, ProjectId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeAppResult } from "../models/app-result.ts";
import { decodeProject } from "../models/project.ts";
import { decodeSample } from "../models/sample.ts";
import {
  checkText,
  choices,
  listQuery,
  type ListParams,
  type ListRules,
} from "../paging/list-parameters.ts";
import type { AppResult, Project, Sample } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions, Query } from "../transport/rest.ts";
import { findCreated } from "./find-created.ts";
import { findOwnedProject } from "./find-owned-project.ts";
import {
  type NewAppResult,
  type NewSample,
  newAppResultBody,
  newSampleBody,
} from "./new-results.ts";
import { propertyList } from "./properties.ts";
import { samplesQuery } from "./samples.ts";
import { SESSION_STATUSES, type SessionStatus } from "./session-status.ts";

export interface AppResultsParams extends ListParams {
  /** Only results in one of these states. */
  readonly statuses?: readonly SessionStatus[];
}

const APP_RESULTS: ListRules = {
  version: "v1",
  sorts: ["Id", "Name", "DateCreated"],
  filters: { statuses: choices("Statuses", SESSION_STATUSES) },
};

export class Projects {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/projects/{id}` */
  async get(id: ProjectId, options?: CallOptions): Promise<Project> {
    return await this.#client.one(`projects/${segment(id)}`, decodeProject, options);
  }

  /**
   * Makes a project, or answers one's own of that name: `POST /v1pre3/projects`. When the answer is lost
   * one's projects are searched for it.
   * @throws BsmountError `usage` for an empty name; ApiError with `mayHaveSucceeded` while it is in doubt
   */
  async create(name: string, options: CallOptions = {}): Promise<Project> {
    checkText("the project's name", name);
    const response = await this.#client.changeOnce(
      { method: "POST", path: "projects", subject: name, body: { Name: name } },
      findOwnedProject(this.#client, this.#client, name),
      options,
    );
    return this.#client.decode(response, decodeProject);
  }

  /**
   * Makes an app result, to upload into: `POST /v1pre3/projects/{id}/appresults`. When the answer is lost
   * the newest results of the project are searched for it.
   * @throws ApiError `access-denied` without create or write on the project, or when the session has ended;
   * with `mayHaveSucceeded` while it is in doubt
   */
  async createAppResult(
    id: ProjectId,
    created: NewAppResult,
    options: CallOptions = {},
  ): Promise<AppResult> {
    const listPath = `projects/${segment(id)}/appresults`;
    const { appSessionId } = created;
    const query = appSessionId === undefined ? {} : { appsessionid: appSessionId };
    const response = await this.#client.changeOnce(
      {
        method: "POST",
        path: listPath,
        query,
        subject: created.name,
        body: newAppResultBody(created),
      },
      findCreated(this.#client, {
        listPath,
        name: created.name,
        decode: decodeAppResult,
        pathOf: (made) => `appresults/${segment(made as AppResultId)}`,
      }),
      options,
    );
    return this.#client.decode(response, decodeAppResult);
  }

  /**
   * Makes a sample: `POST /v1pre3/projects/{id}/samples`, which is not open to every app.
   * @throws BsmountError `usage` for wrong read lengths; ApiError `access-denied`; as for results
   */
  async createSample(
    id: ProjectId,
    created: NewSample,
    options: CallOptions = {},
  ): Promise<Sample> {
    const listPath = `projects/${segment(id)}/samples`;
    const { appSessionId } = created;
    const query = appSessionId === undefined ? {} : { appsessionid: appSessionId };
    const response = await this.#client.changeOnce(
      {
        method: "POST",
        path: listPath,
        query,
        subject: created.name,
        body: newSampleBody(created),
      },
      findCreated(this.#client, {
        listPath,
        name: created.name,
        decode: decodeSample,
        pathOf: (made) => `samples/${segment(made)}`,
      }),
      options,
    );
    return this.#client.decode(response, decodeSample);
  }

  /** `GET /v1pre3/projects/{id}/samples` */
  samples(id: ProjectId, params: ListParams = {}): List<Sample> {
    const path = `projects/${segment(id)}/samples`;
    return this.#client.list({ path, query: samplesQuery(params), decode: decodeSample });
  }

  /** `GET /v1pre3/projects/{id}/appresults` */
  appResults(id: ProjectId, params: AppResultsParams = {}): List<AppResult> {
    const path = `projects/${segment(id)}/appresults`;
    const query: Query = listQuery(APP_RESULTS, params);
    return this.#client.list({ path, query, decode: decodeAppResult });
  }

  /** `GET /v1pre3/projects/{id}/properties` */
  properties(id: ProjectId): List<Property> {
    return propertyList(this.#client, "projects", id);
  }
}
