import type { AppResultId, ProjectId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeAppResult } from "../models/app-result.ts";
import { decodeProject } from "../models/project.ts";
import { decodeSample } from "../models/sample.ts";
import {
  BASIC_LIST,
  checkText,
  choicesFilter,
  type ListParams,
  listRules,
  type ParamsOf,
} from "../paging/list-parameters.ts";
import type { AppResult, Project, Sample } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { findCreated } from "./find-created.ts";
import { findOwnedProject } from "./find-owned-project.ts";
import {
  type NewAppResult,
  type NewSample,
  newAppResultBody,
  newSampleBody,
} from "./new-results.ts";
import { propertyList } from "./properties.ts";
import { SESSION_STATUSES } from "./session-status.ts";

const APP_RESULTS = listRules(["Id", "Name", "DateCreated"], {
  /** Only results in one of these states. */
  statuses: choicesFilter("Statuses", SESSION_STATUSES),
});

/** Parameters of a list of app results. */
export interface AppResultsParams extends ParamsOf<typeof APP_RESULTS> {}

/** Projects of v1. */
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
   * Creates a project, or returns the user's own project of that name: `POST /v1pre3/projects`. When the response is
   * lost, the user's projects are searched for it.
   * @throws BsmountError `usage` for an empty name; ApiError, with `mayHaveSucceeded` when it is not known whether
   * the project was created
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
   * Creates an app result, to upload into: `POST /v1pre3/projects/{id}/appresults`. When the response is lost, the
   * newest results of the project are searched for it.
   * @throws ApiError `access-denied` without the right to create or write in the project, or when the session has
   * ended; with `mayHaveSucceeded` when it is not known whether the result was created
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
   * Creates a sample: `POST /v1pre3/projects/{id}/samples`, which not every app may do.
   * @throws BsmountError `usage` for wrong read lengths; ApiError as {@link createAppResult}
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
    return this.#client.list({ path, rules: BASIC_LIST, params, decode: decodeSample });
  }

  /** `GET /v1pre3/projects/{id}/appresults` */
  appResults(id: ProjectId, params: AppResultsParams = {}): List<AppResult> {
    const path = `projects/${segment(id)}/appresults`;
    return this.#client.list({ path, rules: APP_RESULTS, params, decode: decodeAppResult });
  }

  /** `GET /v1pre3/projects/{id}/properties` */
  properties(id: ProjectId): List<Property> {
    return propertyList(this.#client, "projects", id);
  }
}
