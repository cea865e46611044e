import type { AppSessionId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeAppSession } from "../../models/app-session.ts";
import { decodeTrashItem } from "../../models/trash-item.ts";
import { ApiError } from "../../transport/errors.ts";
import { checkText } from "../../paging/list-parameters.ts";
import type { AppSession, TrashItem } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { Property } from "../../models/property.ts";
import type { VersionClient } from "../version-client.ts";
import type { CallOptions } from "../../transport/rest.ts";
import type { FindEffect } from "../../transport/idempotency.ts";
import { findCreated } from "../find-created.ts";
import { propertyList } from "../properties.ts";
import type { SessionStatus } from "../session-status.ts";
import { APP_SESSIONS, type AppSessionsV2Params } from "./app-session-lists.ts";
import { changeV2 } from "./change.ts";

/** A new app session. */
export interface NewAppSession {
  /** The name, not unique. */
  readonly name: string;
  /** A sentence for users. Default: none. */
  readonly statusSummary?: string;
}

/** The fields to change; the others stay as they are. */
export interface AppSessionChanges {
  /** The name, not unique. */
  readonly name?: string;
  /** Complete and Aborted are final. */
  readonly status?: SessionStatus;
  /** A sentence about the status. */
  readonly statusSummary?: string;
  /** The quality status. */
  readonly qcStatus?: string;
  /** The delivery status. */
  readonly deliveryStatus?: string;
  /** The reason of the change. */
  readonly comment?: string;
}

/** How an app session is deleted. */
export interface Deletion {
  /** Delete only the files: the session and its results stay. Default false. */
  readonly keepMetadata?: boolean;
  /** Delete for ever, without the trash. Default false. */
  readonly bypassTrash?: boolean;
}

/** App sessions by v2. */
export class AppSessionsV2 {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v2/appsessions/{id}` */
  async get(id: AppSessionId, options?: CallOptions): Promise<AppSession> {
    return await this.#client.one(pathOf(id), decodeAppSession, options);
  }

  /** `GET /v2/appsessions` */
  list(params: AppSessionsV2Params = {}): List<AppSession> {
    const path = "appsessions";
    return this.#client.list({ path, rules: APP_SESSIONS, params, decode: decodeAppSession });
  }

  /** `GET /v2/appsessions/{id}/properties` */
  properties(id: AppSessionId): List<Property> {
    return propertyList(this.#client, "appsessions", id);
  }

  /**
   * Creates a running session: `POST /v2/appsessions`. When the response is lost, the newest sessions are searched
   * for it by name.
   * @throws BsmountError `usage` for an empty name; ApiError `access-denied`, with `mayHaveSucceeded` when it is not
   * known whether the session was created
   */
  async create(created: NewAppSession, options: CallOptions = {}): Promise<AppSession> {
    const { name, statusSummary = "" } = created;
    checkText("the session's name", name);
    const body = { Name: name, StatusSummary: statusSummary };
    const listPath = "appsessions";
    const search = { listPath, query: { name }, name, decode: decodeAppSession, pathOf };
    const findEffect = findCreated(this.#client, search);
    const change = { method: "POST", path: "appsessions", subject: name, body } as const;
    const response = await this.#client.changeOnce(change, findEffect, options);
    return this.#client.decode(response, decodeAppSession);
  }

  /**
   * `POST /v2/appsessions/{id}`. When the response is lost, the session is read.
   * @throws ApiError `access-denied` for the status of another app's session, `unavailable` with the code `Conflict`
   * for that of one that has ended
   */
  async update(
    id: AppSessionId,
    { status, comment, ...changes }: AppSessionChanges,
    options: CallOptions = {},
  ): Promise<AppSession> {
    const wanted = {
      Name: changes.name,
      ExecutionStatus: status,
      StatusSummary: changes.statusSummary,
      QcStatus: changes.qcStatus,
      DeliveryStatus: changes.deliveryStatus,
    };
    const extra = comment === undefined ? {} : { Comment: comment };
    const response = await changeV2(this.#client, { path: pathOf(id), wanted, extra }, options);
    return this.#client.decode(response, decodeAppSession);
  }

  /**
   * Deletes a session with everything that it created: `DELETE /v2/appsessions/{id}`. Returns the item in the trash;
   * undefined when there is none, or when the response was lost and the session no longer exists.
   * @throws ApiError `access-denied`, with `mayHaveSucceeded` when it is not known whether the session was deleted
   */
  async delete(
    id: AppSessionId,
    { keepMetadata = false, bypassTrash = false }: Deletion = {},
    options: CallOptions = {},
  ): Promise<TrashItem | undefined> {
    const query = {
      preserve: keepMetadata ? "Metadata" : undefined,
      bypasstrash: bypassTrash ? true : undefined,
    };
    const change = { method: "DELETE", path: pathOf(id), query } as const;
    const findEffect = this.#isGone(id, keepMetadata ? "unclear" : undefined);
    const response = await this.#client.changeOnce(change, findEffect, options);
    return response.json === undefined ? undefined : this.#client.decode(response, decodeTrashItem);
  }

  /**
   * Stops a running session: `POST /v2/appsessions/{id}/stop`, and returns the session as it is then. The endpoint
   * of v1 accepts no token. When the response is lost, the session is read.
   * @throws ApiError `access-denied`
   */
  async stop(id: AppSessionId, options: CallOptions = {}): Promise<AppSession> {
    const path = pathOf(id);
    const findEffect: FindEffect = async (_attempt, searchOptions) => {
      const asked = await this.#client.get(path, {}, searchOptions);
      const { status } = this.#client.decode(asked, decodeAppSession);
      return status === "Aborted" || status === "Complete" ? asked : undefined;
    };
    await this.#client.changeOnce(
      { method: "POST", path: `${path}/stop`, body: {} },
      findEffect,
      options,
    );
    return await this.get(id, options);
  }

  /**
   * @param ifThere what an existing session means: when the session was to be kept, nothing tells whether its files
   * were deleted
   */
  #isGone(id: AppSessionId, ifThere: "unclear" | undefined): FindEffect {
    return async (_attempt, options) => {
      const path = pathOf(id);
      try {
        await this.#client.get(path, {}, options);
        return ifThere;
      } catch (error) {
        if (!(error instanceof ApiError) || error.reason !== "not-found") throw error;
        const request = { method: "DELETE", path } as const;
        return { json: undefined, headers: {}, request, status: error.status };
      }
    };
  }
}

function pathOf(id: string): string {
  return `appsessions/${segment(id)}`;
}
