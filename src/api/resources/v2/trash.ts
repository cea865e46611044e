import { segment } from "../../address.ts";
import { decodePage } from "../../decode/answers.ts";
import { decodeTrashItem } from "../../decode/trash-item.ts";
import { listQuery, type ListParams, type ListRules } from "../../list-parameters.ts";
import type { TrashItem } from "../../models.ts";
import type { List } from "../../paging.ts";
import { decoded, type ResourceClient } from "../../resource-client.ts";
import type { CallOptions, JsonAnswer } from "../../rest.ts";

/** Default `DateDeleted`. */
export type TrashParams = ListParams<"DateDeleted" | "TotalSize">;

const TRASH: ListRules = { version: "v2", sorts: ["DateDeleted", "TotalSize"], filters: {} };

/** What was thrown away. */
export class Trash {
  readonly #client: ResourceClient;

  constructor(client: ResourceClient) {
    this.#client = client;
  }

  /** `GET /v2/trash`; what was thrown away first comes first by default. */
  list(params: TrashParams = {}): List<TrashItem> {
    const query = listQuery(TRASH, params);
    return this.#client.list({ path: "trash", query, decode: decodeTrashItem, version: "v2" });
  }

  /**
   * Takes something back: `POST /v2/trash/{id}/restorefromtrash`.
   * @throws ApiError `access-denied`, `not-found`
   */
  async restore(id: string, options: CallOptions = {}): Promise<void> {
    const path = `/v2/trash/${segment(id)}/restorefromtrash`;
    await this.#client.once({ method: "POST", path }, this.#isGone(id, options), options);
  }

  /**
   * Throws everything away for good: `DELETE /v2/trash`. Never sent twice: what came into the trash after the
   * first time would go as well.
   *
   * @throws ApiError `access-denied`; with `mayHaveSucceeded` when the answer was lost
   */
  async empty(options: CallOptions = {}): Promise<void> {
    const change = { method: "DELETE", path: "/v2/trash", isRepeatable: false } as const;
    await this.#client.rest.change(change, options);
  }

  #isGone(id: string, options: CallOptions): () => Promise<JsonAnswer | undefined> {
    return async () => {
      const listed = await this.#client.rest.get("/v2/trash", { limit: 1024 }, options);
      const { items } = decoded(listed, () => decodePage(listed.json));
      const isThere = items.some(
        (item, index) => decodeTrashItem(item, `Items[${index}]`).id === id,
      );
      return isThere ? undefined : listed;
    };
  }
}
