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
  choicesFilter,
  listRules,
  type ParamsOf,
  textFilter,
  textsFilter,
} from "../paging/list-parameters.ts";
import type { AppSession, Project, Run, User } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { RUNS, type RunsParams } from "./run-lists.ts";
import { SESSION_STATUSES } from "./session-status.ts";

const SORTS = ["Id", "Name", "DateCreated"] as const;

const PROJECTS = listRules(SORTS, {
  /** Only projects of exactly this name. */
  name: textFilter("Name"),
});

/** Parameters of a list of projects. */
export interface ProjectsParams extends ParamsOf<typeof PROJECTS> {}

const APP_SESSIONS = listRules(SORTS, {
  /** Only sessions of this application. */
  appId: textFilter<ApplicationId>("AppId"),
  /** Only sessions in one of these states. */
  status: choicesFilter("Status", SESSION_STATUSES),
  /** Only sessions that wrote into one of these projects. */
  outputProjects: textsFilter<ProjectId>("OutputProjects"),
  /** Only sessions that this user started. */
  userCreatedBy: textFilter<UserId>("userCreatedBy"),
  /** What is sent with each session, such as `properties`. */
  include: textsFilter("include"),
  /** The names of the properties that are sent. */
  propertyFilters: textsFilter("propertyFilters"),
});

/** Parameters of a list of app sessions. */
export interface AppSessionsParams extends ParamsOf<typeof APP_SESSIONS> {}

/** Users, and the lists of what a user sees. */
export class Users {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** The user that the access token belongs to: `GET /v1pre3/users/current`. */
  async current(options?: CallOptions): Promise<User> {
    return await this.#client.one("users/current", decodeUser, options);
  }

  /** What the access token allows: `GET /v1pre3/oauthv2/token/current`. */
  async tokenScopes(options?: CallOptions): Promise<TokenScopes> {
    return await this.#client.one("oauthv2/token/current", decodeTokenScopes, options);
  }

  /** `GET /v1pre3/users/{id}`. Of other users, the service shows the name only. */
  async get(id: UserId, options?: CallOptions): Promise<User> {
    return await this.#client.one(`users/${segment(id)}`, decodeUser, options);
  }

  /** The user's own projects and those shared with the user: `GET /v1pre3/users/current/projects`. */
  projects(params: ProjectsParams = {}): List<Project> {
    const path = "users/current/projects";
    return this.#client.list({ path, rules: PROJECTS, params, decode: decodeProject });
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
    return this.#client.list({
      path: "users/current/runs",
      rules: RUNS,
      params,
      decode: decodeRun,
    });
  }

  /** `GET /v1pre3/users/current/appsessions` */
  appSessions(params: AppSessionsParams = {}): List<AppSession> {
    return this.#client.list({
      path: "users/current/appsessions",
      rules: APP_SESSIONS,
      params,
      decode: decodeAppSession,
    });
  }
}
