import { BsmountError } from "../../core/errors.ts";
import type { Content, RangeRequest, StoreVersion } from "../content/content.ts";

/**
 * Reads ranges of one file, all of one version: that of the first answer. Several may be asked for before it
 * has come; those of them that turn out to be of another version are asked for again.
 */
export class OneVersion {
  readonly #content: Content;
  #pinned: StoreVersion | undefined;

  /** @param pinned the version of what is there already */
  constructor(content: Content, pinned?: StoreVersion) {
    this.#content = content;
    this.#pinned = pinned;
  }

  /** Undefined before the first answer. */
  get version(): StoreVersion | undefined {
    return this.#pinned;
  }

  /** @throws as {@link Content.readRange} */
  async read(request: Omit<RangeRequest, "expected">, signal: AbortSignal): Promise<void> {
    const { etag } = await this.#content.readRange({ ...request, expected: this.#pinned }, signal);
    this.#pinned ??= { etag };
    if (this.#pinned.etag === etag) return;
    if (this.#pinned.etag === undefined) {
      const problem = `file ${request.fileId}: some answers of the store have an ETag and some have none, so that nothing tells whether they are of one version`;
      throw new BsmountError("changed", problem, { remedy: "try again" });
    }
    await this.#content.readRange({ ...request, expected: this.#pinned }, signal);
  }
}
