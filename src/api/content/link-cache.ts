import { LRUCache } from "lru-cache";
import type { Clock } from "../../core/clock.ts";
import type { FileId } from "../../core/ids.ts";
import { SingleFlight } from "../../core/single-flight.ts";
import { segment } from "../transport/address.ts";
import { decodeContentLink } from "../models/envelope.ts";
import { ApiError } from "../transport/errors.ts";
import { decodeResponse } from "../models/decode-response.ts";
import type { JsonResponse } from "../transport/evaluate-response.ts";
import type { Rest } from "../transport/rest.ts";
import { linkExpiry, type PlainHttp, storeLink } from "./store-link.ts";

export interface SignedLink {
  readonly url: URL;
  /** By the client's clock. A request that starts before then has the time to reach the store. */
  readonly useUntil: number;
}

/** Links are about 1 KB each. */
const MAX_LINKS = 4096;

/** How long before its expiry a link is no longer used; a quarter of a shorter life. */
const MARGIN_MS = 30_000;

/** How long a link is used whose expiry is unknown. */
const UNKNOWN_LIFE_MS = 60_000;

/**
 * The signed links of files: `GET /v1pre3/files/{id}/content?redirect=meta`, requested once for all callers that
 * need it at the time, and kept until shortly before it expires. Its age is computed from the `Date` of its
 * response, so a wrong clock on this machine does no harm.
 */
export class LinkCache {
  readonly #rest: Rest;
  readonly #clock: Clock;
  readonly #plainHttp: PlainHttp;
  readonly #links = new LRUCache<FileId, SignedLink>({ max: MAX_LINKS });
  readonly #flights = new SingleFlight<FileId, SignedLink>();

  constructor(rest: Rest, clock: Clock, plainHttp: PlainHttp) {
    this.#rest = rest;
    this.#clock = clock;
    this.#plainHttp = plainHttp;
  }

  /** @throws ApiError; the signal's reason */
  async get(fileId: FileId, signal: AbortSignal): Promise<SignedLink> {
    const known = this.#links.get(fileId);
    if (known !== undefined && this.#clock.now() < known.useUntil) return known;
    return await this.#flights.run(fileId, signal, async (shared) => {
      const link = await this.#request(fileId, shared);
      this.#links.set(fileId, link);
      return link;
    });
  }

  /** Removes `link`, unless it was renewed already. */
  drop(fileId: FileId, link: SignedLink): void {
    if (this.#links.peek(fileId) === link) this.#links.delete(fileId);
  }

  async #request(fileId: FileId, signal: AbortSignal): Promise<SignedLink> {
    const path = `/v1pre3/files/${segment(fileId)}/content`;
    const requestedAt = this.#clock.now();
    const response = await this.#rest.get(path, { redirect: "meta" }, { signal });
    const { href, expires } = decodeResponse(response, () => decodeContentLink(response.json));
    const url = storeLink(href, this.#plainHttp);
    if (url === undefined) throw unusableLinkError(response, href, this.#plainHttp);
    const expiry = linkExpiry(url, expires, response.headers["expires"]);
    const serverNow = Date.parse(response.headers["date"] ?? "");
    const lifeMs =
      expiry === undefined
        ? UNKNOWN_LIFE_MS
        : expiry - (Number.isNaN(serverNow) ? requestedAt : serverNow);
    return { url, useUntil: requestedAt + lifeMs - Math.min(MARGIN_MS, lifeMs / 4) };
  }
}

function unusableLinkError(response: JsonResponse, href: string, plainHttp: PlainHttp): ApiError {
  const facts = { ...response.request, status: response.status };
  const { protocol, origin, username, password } = URL.canParse(href) ? new URL(href) : {};
  if (`${username ?? ""}${password ?? ""}` !== "") {
    const problem = `the service names ${origin} for the content with a user or a password, which no store is sent`;
    return new ApiError("unavailable", facts, problem);
  }
  if (protocol !== "http:" || plainHttp === "nowhere") {
    const problem = "the service names an address for the content that is not https";
    return new ApiError("unavailable", facts, problem);
  }
  const problem = `the service names ${origin} for the content: plain http to another machine`;
  const remedy = "allow plain http (--insecure-http) if you trust the network in between";
  return new ApiError("unavailable", facts, problem, { remedy });
}
