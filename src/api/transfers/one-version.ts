import { BsmountError } from "../../core/errors.ts";
import type { Content, RangeRequest, StoreVersion } from "../content/content.ts";

/**
 * Reads ranges of one file, all of one version: that of the first response. Several ranges may be requested before
 * it has come; those that turn out to be of another version are requested again.
 */
export class OneVersion {
  readonly #content: Content;
  #pinned: StoreVersion | undefined;

  /** @param pinned the version of the bytes that are there already */
  constructor(content: Content, pinned?: StoreVersion) {
    this.#content = content;
    this.#pinned = pinned;
  }

  /** Undefined before the first response. */
  get version(): StoreVersion | undefined {
    return this.#pinned;
  }

  /** @throws as {@link Content.readRange} */
  async read(request: Omit<RangeRequest, "expected">, signal: AbortSignal): Promise<void> {
    const { etag } = await this.#content.readRange({ ...request, expected: this.#pinned }, signal);
    this.#pinned ??= { etag };
    if (this.#pinned.etag === etag) return;
    if (this.#pinned.etag === undefined) {
      const problem = `file ${request.fileId}: some responses of the object store have an ETag and some have none, so they may be of different versions`;
      throw new BsmountError("changed", problem, { remedy: "try again" });
    }
    await this.#content.readRange({ ...request, expected: this.#pinned }, signal);
  }
}
