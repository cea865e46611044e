import { BsmountError } from "../../core/errors.ts";
import type { ApplicationId, ProjectId, UserId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeTokenScopes, type TokenScopes } from "../models/access-token.ts";
import { decodeAppSession } from "../models/app-session.ts";
import { decodeProject } from "../models/project.ts";
import { decodeRun } from "../models/run.ts";
import { decodeUser } from "../models/user.ts";
import {
  checkText,
  choices,
  listQuery,
  type ListParams,
  type ListRules,
  text,
  texts,
} from "../paging/list-parameters.ts";
import type { AppSession, Project, Run, User } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { RUN_FILTERS, RUN_SORTS, type RunsParams } from "./run-status.ts";
import { SESSION_STATUSES, type SessionStatus } from "./session-status.ts";

export interface ProjectsParams extends ListParams {
  /** Only projects of exactly this name. */
  readonly name?: string;
}

export interface AppSessionsParams extends ListParams {
  /** Only sessions of this application. */
  readonly appId?: ApplicationId;
  /** Only sessions in one of these states. */
  readonly status?: readonly SessionStatus[];
  /** Only sessions that wrote into one of these projects. */
  readonly outputProjects?: readonly ProjectId[];
  /** Only sessions that this user started. */
  readonly userCreatedBy?: UserId;
  /** What is to come with each, e.g. `properties`. */
  readonly include?: readonly string[];
  /** Names of the properties that are to come. */
  readonly propertyFilters?: readonly string[];
}

const SORTS = ["Id", "Name", "DateCreated"] as const;

const PROJECTS: ListRules = { version: "v1", sorts: SORTS, filters: { name: text("Name") } };

const RUNS: ListRules = { version: "v1", sorts: RUN_SORTS, filters: RUN_FILTERS };

const APP_SESSIONS: ListRules = {
  version: "v1",
  sorts: SORTS,
  filters: {
    appId: text("AppId"),
    status: choices("Status", SESSION_STATUSES),
    outputProjects: texts("OutputProjects"),
    userCreatedBy: text("userCreatedBy"),
    include: texts("include"),
    propertyFilters: texts("propertyFilters"),
  },
};

export class Users {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** Who the access token belongs to: `GET /v1pre3/users/current`. */
  async current(options?: CallOptions): Promise<User> {
    return await this.#client.one("users/current", decodeUser, options);
  }

  /** What the access token allows: `GET /v1pre3/oauthv2/token/current`. */
  async tokenScopes(options?: CallOptions): Promise<TokenScopes> {
    return await this.#client.one("oauthv2/token/current", decodeTokenScopes, options);
  }

  /** `GET /v1pre3/users/{id}`; of others no more than the name is shown. */
  async get(id: UserId, options?: CallOptions): Promise<User> {
    return await this.#client.one(`users/${segment(id)}`, decodeUser, options);
  }

  /** Own and shared projects: `GET /v1pre3/users/current/projects`. */
  projects(params: ProjectsParams = {}): List<Project> {
    const query = listQuery(PROJECTS, params);
    return this.#client.list({ path: "users/current/projects", query, decode: decodeProject });
  }

  /**
   * The only project of exactly this name.
   * @throws BsmountError `not-found` when there is none, `invalid` when there are several
   */
  async projectByName(name: string, options?: CallOptions): Promise<Project> {
    checkText("the project's name", name);
    const found = (await this.projects({ name }).all(options)).filter((each) => each.name === name);
    const [project, ...more] = found;
    if (project === undefined) {
      throw new BsmountError("not-found", `there is no project ${JSON.stringify(name)}`);
    }
    if (more.length === 0) return project;
    const ids = found.map(({ id }) => id).join(", ");
    throw new BsmountError("invalid", `several projects are called ${JSON.stringify(name)}`, {
      remedy: `take one by its Id: ${ids}`,
    });
  }

  /** `GET /v1pre3/users/current/runs` */
  runs(params: RunsParams = {}): List<Run> {
    const query = listQuery(RUNS, params);
    return this.#client.list({ path: "users/current/runs", query, decode: decodeRun });
  }

  /** `GET /v1pre3/users/current/appsessions` */
  appSessions(params: AppSessionsParams = {}): List<AppSession> {
    const query = listQuery(APP_SESSIONS, params);
    return this.#client.list({
      path: "users/current/appsessions",
      query,
      decode: decodeAppSession,
    });
  }
}
