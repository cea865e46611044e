import type { AppSessionId } from "../../core/ids.ts";
import { segment } from "../address.ts";
import { decodeAppSession } from "../decode/app-session.ts";
import { decodeProperty } from "../decode/property.ts";
import type { AppSession, Property } from "../models.ts";
import type { List } from "../paging.ts";
import { PROPERTY_SORTING, type ResourceClient } from "../resource-client.ts";
import type { CallOptions, Query } from "../rest.ts";

export type SessionStatus = "Running" | "NeedsAttention" | "TimedOut" | "Complete" | "Aborted";

export interface NewStatus {
  readonly status: SessionStatus;
  /** A sentence for people. Default: none. */
  readonly summary?: string;
}

export class AppSessions {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/appsessions/{id}` */
  async get(id: AppSessionId, options?: CallOptions): Promise<AppSession> {
    return await this.#client.one(`appsessions/${segment(id)}`, decodeAppSession, options);
  }

  /**
   * `POST /v1pre3/appsessions/{id}`. Complete and Aborted are final; the service refuses what comes after.
   * @throws ApiError `access-denied` for the session of another app; `mayHaveSucceeded` when the answer
   * was lost
   */
  async setStatus(
    id: AppSessionId,
    { status, summary }: NewStatus,
    options?: CallOptions,
  ): Promise<AppSession> {
    const body = { status: status.toLowerCase(), statussummary: summary ?? "" };
    const path = `appsessions/${segment(id)}`;
    return await this.#client.post({ path, body }, decodeAppSession, options);
  }

  /** `GET /v2/appsessions`; `query` in the service's spelling, e.g. `{ "output.projects": "123" }`. */
  list(query: Query = {}): List<AppSession> {
    const sorted = { sortby: "Id", sortdir: "Asc", ...query };
    return this.#client.listV2("appsessions", decodeAppSession, sorted);
  }

  /** `GET /v1pre3/appsessions/{id}/properties` */
  properties(id: AppSessionId): List<Property> {
    const path = `appsessions/${segment(id)}/properties`;
    return this.#client.list(path, decodeProperty, PROPERTY_SORTING);
  }
}
