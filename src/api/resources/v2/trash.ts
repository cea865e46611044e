import { segment } from "../../transport/address.ts";
import { decodeTrashItem } from "../../models/trash-item.ts";
import { listRules, type ParamsOf } from "../../paging/list-parameters.ts";
import type { TrashItem } from "../../models/models.ts";
import type { List } from "../../paging/list.ts";
import type { VersionClient } from "../version-client.ts";
import type { JsonResponse } from "../../transport/evaluate-response.ts";
import type { CallOptions } from "../../transport/rest.ts";
import type { FindEffect } from "../../transport/idempotency.ts";

const TRASH = listRules(["DateDeleted", "TotalSize"], {});

/** `sortBy` is `DateDeleted` by default. */
export interface TrashParams extends ParamsOf<typeof TRASH> {}

/** Deleted entities that can be restored. */
export class Trash {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v2/trash`; by default what was deleted first comes first. */
  list(params: TrashParams = {}): List<TrashItem> {
    return this.#client.list({ path: "trash", rules: TRASH, params, decode: decodeTrashItem });
  }

  /**
   * Restores an entity: `POST /v2/trash/{id}/restorefromtrash`. The trash is read before, so that an item that was
   * there and has left it counts as restored when the response was lost.
   * @throws ApiError `access-denied`, `not-found`; with `mayHaveSucceeded` when it is not known whether it was
   * restored
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
   * Deletes everything in the trash for ever: `DELETE /v2/trash`. Never sent twice: that would also delete what came
   * into the trash after the first time.
   *
   * @throws ApiError `access-denied`; with `mayHaveSucceeded` when the response was lost
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
