import { segment } from "../../transport/address.ts";
import { decodeTrashItem } from "../../models/trash-item.ts";
import { listQuery, type ListParams, type ListRules } from "../../paging/list-parameters.ts";
import type { TrashItem } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { VersionClient } from "../version-client.ts";
import type { CallOptions, JsonResponse } from "../../transport/rest.ts";
import type { FindEffect } from "../../transport/idempotency.ts";

/** Default `DateDeleted`. */
export type TrashParams = ListParams<"DateDeleted" | "TotalSize">;

const TRASH: ListRules = { version: "v2", sorts: ["DateDeleted", "TotalSize"], filters: {} };

/** What was thrown away. */
export class Trash {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v2/trash`; what was thrown away first comes first by default. */
  list(params: TrashParams = {}): List<TrashItem> {
    const query = listQuery(TRASH, params);
    return this.#client.list({ path: "trash", query, decode: decodeTrashItem });
  }

  /**
   * Takes something back: `POST /v2/trash/{id}/restorefromtrash`. The trash is read before, so that what was
   * there and is gone after a lost answer counts as taken back.
   * @throws ApiError `access-denied`, `not-found`; with `mayHaveSucceeded` while it is in doubt
   */
  async restore(id: string, options: CallOptions = {}): Promise<void> {
    const path = `trash/${segment(id)}/restorefromtrash`;
    const before = await this.#has(id, options);
    const request = { method: "POST", path } as const;
    const done: JsonResponse = { json: undefined, headers: {}, request, status: 204 };
    const findEffect: FindEffect = async (_attempt, searchOptions) => {
      if (await this.#has(id, searchOptions)) return undefined;
      return before ? done : "unclear";
    };
    await this.#client.changeOnce(request, findEffect, options);
  }

  /**
   * Throws everything away for good: `DELETE /v2/trash`. Never sent twice: what came into the trash after the
   * first time would go as well.
   *
   * @throws ApiError `access-denied`; with `mayHaveSucceeded` when the answer was lost
   */
  async empty(options: CallOptions = {}): Promise<void> {
    const change = { method: "DELETE", path: "trash", isRepeatable: false } as const;
    await this.#client.change(change, options);
  }

  async #has(id: string, { signal }: CallOptions): Promise<boolean> {
    for await (const item of this.list().items(signal === undefined ? {} : { signal })) {
      if (item.id === id) return true;
    }
    return false;
  }
}
