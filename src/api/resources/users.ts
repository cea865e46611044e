import type { UserId } from "../../core/ids.ts";
import { segment } from "../address.ts";
import { decodeTokenScopes, type TokenScopes } from "../decode/access-token.ts";
import { decodeProject } from "../decode/project.ts";
import { decodeRun } from "../decode/run.ts";
import { decodeUser } from "../decode/user.ts";
import type { Project, Run, User } from "../models.ts";
import type { List } from "../paging.ts";
import { type ListParams, type ResourceClient, sorting } from "../resource-client.ts";
import type { CallOptions } from "../rest.ts";

export interface ProjectsParams extends ListParams {
  /** Only projects of exactly this name. */
  readonly name?: string;
}

export interface RunsParams extends ListParams {
  /** Only runs in one of these states, e.g. `Complete`. */
  readonly statuses?: readonly string[];
}

export class Users {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
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

  /** `GET /v1pre3/users/{id}` */
  async get(id: UserId, options?: CallOptions): Promise<User> {
    return await this.#client.one(`users/${segment(id)}`, decodeUser, options);
  }

  /** Own and shared projects: `GET /v1pre3/users/current/projects`. */
  projects(params: ProjectsParams = {}): List<Project> {
    const query = { ...sorting(params), Name: params.name };
    return this.#client.list("users/current/projects", decodeProject, query);
  }

  /** `GET /v1pre3/users/current/runs` */
  runs(params: RunsParams = {}): List<Run> {
    const query = { ...sorting(params), Statuses: params.statuses };
    return this.#client.list("users/current/runs", decodeRun, query);
  }
}
