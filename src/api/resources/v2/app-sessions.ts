import type { AppSessionId } from "../../../core/ids.ts";
import { segment } from "../../transport/address.ts";
import { decodeAppSession } from "../../models/app-session.ts";
import { decodeTrashItem } from "../../models/trash-item.ts";
import { ApiError } from "../../transport/errors.ts";
import { checkText, listQuery } from "../../paging/list-parameters.ts";
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

export interface NewAppSession {
  readonly name: string;
  /** A sentence for people. Default: none. */
  readonly statusSummary?: string;
}

/** What is to be different; the rest stays. */
export interface AppSessionChanges {
  readonly name?: string;
  /** Complete and Aborted are final. */
  readonly status?: SessionStatus;
  readonly statusSummary?: string;
  readonly qcStatus?: string;
  readonly deliveryStatus?: string;
  /** Why it is changed. */
  readonly comment?: string;
}

export interface Deletion {
  /** Take the files alone: the session and its results stay. Default false. */
  readonly keepMetadata?: boolean;
  /** Keep nothing in the trash. Default false. */
  readonly bypassTrash?: boolean;
}

/** Sessions by v2. */
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
    const query = listQuery(APP_SESSIONS, params);
    const source = { path: "appsessions", query, decode: decodeAppSession } as const;
    return this.#client.list({ ...source });
  }

  /** `GET /v2/appsessions/{id}/properties` */
  properties(id: AppSessionId): List<Property> {
    return propertyList(this.#client, "appsessions", id);
  }

  /**
   * Makes a session that runs: `POST /v2/appsessions`. When the answer is lost the newest sessions are
   * searched for it by its name.
   * @throws BsmountError `usage` for an empty name; ApiError `access-denied`, with `mayHaveSucceeded` while
   * it is in doubt
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
   * `POST /v2/appsessions/{id}`. When the answer is lost the session is asked how it is.
   * @throws ApiError `access-denied` for the status of another app's session, `unavailable` with the code
   * `Conflict` for that of one that has ended
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
   * Deletes a session with all that it made: `DELETE /v2/appsessions/{id}`. Answers what lies in the trash
   * now; undefined when nothing does, or when the answer was lost and the session is found to be gone.
   * @throws ApiError `access-denied`, with `mayHaveSucceeded` while it is in doubt
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
   * Stops what runs: `POST /v2/appsessions/{id}/stop`, and answers the session as it is then. v1's own way
   * takes no token. When the answer is lost, looks whether it still runs.
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

  /** `ifThere` is what a session says that is still there: of one that was to stay nobody can tell. */
  #isGone(id: AppSessionId, ifThere: "unclear" | undefined): FindEffect {
    return async (_sent, options) => {
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
