import type { ApplicationId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeApplication } from "../models/application.ts";
import { decodeAppSession } from "../models/app-session.ts";
import { BASIC_LIST, checkText, type ListParams } from "../paging/list-parameters.ts";
import type { Application, AppSession } from "../models/models.ts";
import { type NewProperty, propertiesBody } from "./new-property.ts";
import type { LaunchForm } from "../launch/launch-form.ts";
import type { List } from "../paging/list.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { findCreated } from "./find-created.ts";

/** The inputs of a launch. */
export interface Launch {
  /** The name of the new session. */
  readonly name: string;
  /** The app's inputs, such as `Input.sample-id`. */
  readonly properties: readonly NewProperty[];
  /** A sentence for users. Default: none. */
  readonly statusSummary?: string;
  /** Default true. */
  readonly autoStart?: boolean;
  /** The machine that runs the app, for apps that run on the user's own machines. */
  readonly agentId?: string;
}

/** Apps, and how to launch them. */
export class Applications {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** The newest version of each app that the user can see: `GET /v1pre3/applications`. */
  list(params: ListParams = {}): List<Application> {
    return this.#client.list({
      path: "applications",
      rules: BASIC_LIST,
      params,
      decode: decodeApplication,
    });
  }

  /** `GET /v1pre3/applications/{id}` */
  async get(id: ApplicationId, options?: CallOptions): Promise<Application> {
    return await this.#client.one(`applications/${segment(id)}`, decodeApplication, options);
  }

  /**
   * Starts an app: `POST /v1pre3/applications/{id}/appsessions`. When the response is lost, the user's newest
   * sessions are searched for it by name.
   * @throws BsmountError `usage` for an impossible property; ApiError `unavailable` with the code `Conflict` when
   * the app refuses its inputs, with `mayHaveSucceeded` when it is not known whether the app was started
   */
  async launch(id: ApplicationId, launch: Launch, options: CallOptions = {}): Promise<AppSession> {
    const { agentId } = launch;
    const form: LaunchForm = {
      Name: launch.name,
      StatusSummary: launch.statusSummary ?? "",
      AutoStart: launch.autoStart ?? true,
      ...(agentId === undefined ? {} : { AgentId: agentId }),
      ...propertiesBody(launch.properties),
    };
    return await this.launchForm(id, form, options);
  }

  /**
   * Starts an app by the form that `LaunchSpecification` or `LaunchPayload` made, which is sent as it is: as
   * {@link launch}.
   * @throws BsmountError `usage` for a form without a name; ApiError as {@link launch}
   */
  async launchForm(
    id: ApplicationId,
    form: LaunchForm,
    options: CallOptions = {},
  ): Promise<AppSession> {
    const name = form.Name;
    checkText("the session's name", name);
    const path = `applications/${segment(id)}/appsessions`;
    const findEffect = findCreated(this.#client, {
      listPath: "users/current/appsessions",
      query: { AppId: id },
      name,
      decode: decodeAppSession,
      pathOf: (made) => `appsessions/${segment(made)}`,
    });
    const change = { method: "POST", path, subject: name, body: { ...form } } as const;
    const response = await this.#client.changeOnce(change, findEffect, options);
    return this.#client.decode(response, decodeAppSession);
  }
}
