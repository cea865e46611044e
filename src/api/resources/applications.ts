import type { ApplicationId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeApplication } from "../models/application.ts";
import { decodeAppSession } from "../models/app-session.ts";
import {
  checkText,
  listQuery,
  type ListParams,
  type ListRules,
} from "../paging/list-parameters.ts";
import type { Application, AppSession } from "../models/models.ts";
import { type NewProperty, propertiesBody } from "./new-property.ts";
import type { List } from "../paging/list.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { findCreated } from "./find-created.ts";

/** What an app is started with. */
export interface Launch {
  /** Of the session that comes of it. */
  readonly name: string;
  /** The app's inputs, such as `Input.sample-id`. */
  readonly properties: readonly NewProperty[];
  /** A sentence for people. Default: none. */
  readonly statusSummary?: string;
  /** Default true. */
  readonly autoStart?: boolean;
  /** The machine that is to run it, for apps that run on one's own. */
  readonly agentId?: string;
}

const APPLICATIONS: ListRules = {
  version: "v1",
  sorts: ["Id", "Name", "DateCreated"],
  filters: {},
};

export class Applications {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** The newest version of each app that one can see: `GET /v1pre3/applications`. */
  list(params: ListParams = {}): List<Application> {
    const query = listQuery(APPLICATIONS, params);
    return this.#client.list({ path: "applications", query, decode: decodeApplication });
  }

  /** `GET /v1pre3/applications/{id}` */
  async get(id: ApplicationId, options?: CallOptions): Promise<Application> {
    return await this.#client.one(`applications/${segment(id)}`, decodeApplication, options);
  }

  /**
   * Starts an app: `POST /v1pre3/applications/{id}/appsessions`. When the answer is lost one's newest
   * sessions are searched for it by its name.
   * @throws BsmountError `usage` for a property that cannot be; ApiError `unavailable` with the code
   * `Conflict` when the app does not take its inputs, with `mayHaveSucceeded` while it is in doubt
   */
  async launch(id: ApplicationId, launch: Launch, options: CallOptions = {}): Promise<AppSession> {
    checkText("the session's name", launch.name);
    const { agentId } = launch;
    const body = {
      Name: launch.name,
      StatusSummary: launch.statusSummary ?? "",
      AutoStart: launch.autoStart ?? true,
      ...(agentId === undefined ? {} : { AgentId: agentId }),
      ...propertiesBody(launch.properties),
    };
    const path = `applications/${segment(id)}/appsessions`;
    const findEffect = findCreated(this.#client, {
      listPath: "users/current/appsessions",
      query: { AppId: id },
      name: launch.name,
      decode: decodeAppSession,
      pathOf: (made) => `appsessions/${segment(made)}`,
    });
    const change = { method: "POST", path, subject: launch.name, body } as const;
    const response = await this.#client.changeOnce(change, findEffect, options);
    return this.#client.decode(response, decodeAppSession);
  }
}
