import type { Clock } from "../../core/clock.ts";
import type { FileId } from "../../core/ids.ts";
import { SingleFlight } from "../../core/single-flight.ts";
import { segment } from "../transport/address.ts";
import { decodeContentLink } from "../models/envelope.ts";
import { ApiError } from "../transport/errors.ts";
import { decodeResponse } from "../models/decode-response.ts";
import type { JsonResponse, Rest } from "../transport/rest.ts";
import { linkExpiry, type PlainHttp, storeLink } from "./store-link.ts";

export interface SignedLink {
  readonly url: URL;
  /** By the client's clock; a request that starts now has time to reach the store. */
  readonly useUntil: number;
}

/** Links are about 1 KB each. */
const MAX_LINKS = 4096;

/** A link is given up this long before it ends, or after three quarters of a shorter life. */
const MARGIN_MS = 30_000;

/** How long a link is kept that does not say when it ends. */
const UNKNOWN_LIFE_MS = 60_000;

/**
 * The signed links of files: `GET /v1pre3/files/{id}/content?redirect=meta`, asked once for all who
 * need it at the time, kept until shortly before it ends. Its age is judged by the `Date` of the answer
 * it came in, so a wrong clock on this machine does no harm.
 */
export class LinkCache {
  readonly #rest: Rest;
  readonly #clock: Clock;
  readonly #plainHttp: PlainHttp;
  readonly #links = new Map<FileId, SignedLink>();
  readonly #flights = new SingleFlight<FileId, SignedLink>();

  constructor(rest: Rest, clock: Clock, plainHttp: PlainHttp) {
    this.#rest = rest;
    this.#clock = clock;
    this.#plainHttp = plainHttp;
  }

  /** @throws ApiError; the signal's reason */
  async get(fileId: FileId, signal: AbortSignal): Promise<SignedLink> {
    const known = this.#links.get(fileId);
    if (known !== undefined && this.#clock.now() < known.useUntil) {
      this.#keep(fileId, known);
      return known;
    }
    return await this.#flights.run(fileId, signal, async (shared) => {
      const link = await this.#ask(fileId, shared);
      this.#keep(fileId, link);
      return link;
    });
  }

  /** Forgets `link`, unless somebody has already renewed it. */
  drop(fileId: FileId, link: SignedLink): void {
    if (this.#links.get(fileId) === link) this.#links.delete(fileId);
  }

  /** Last used, last in the map: the first one is the oldest. */
  #keep(fileId: FileId, link: SignedLink): void {
    this.#links.delete(fileId);
    this.#links.set(fileId, link);
    if (this.#links.size <= MAX_LINKS) return;
    const [oldest] = this.#links.keys();
    if (oldest !== undefined) this.#links.delete(oldest);
  }

  async #ask(fileId: FileId, signal: AbortSignal): Promise<SignedLink> {
    const path = `/v1pre3/files/${segment(fileId)}/content`;
    const askedAt = this.#clock.now();
    const answer = await this.#rest.get(path, { redirect: "meta" }, { signal });
    const { href, expires } = decodeResponse(answer, () => decodeContentLink(answer.json));
    const url = storeLink(href, this.#plainHttp);
    if (url === undefined) throw notALink(answer, href, this.#plainHttp);
    const expiry = linkExpiry(url, expires, answer.headers["expires"]);
    const serverNow = Date.parse(answer.headers["date"] ?? "");
    const lifeMs =
      expiry === undefined
        ? UNKNOWN_LIFE_MS
        : expiry - (Number.isNaN(serverNow) ? askedAt : serverNow);
    return { url, useUntil: askedAt + lifeMs - Math.min(MARGIN_MS, lifeMs / 4) };
  }
}

function notALink(answer: JsonResponse, href: string, plainHttp: PlainHttp): ApiError {
  const facts = { ...answer.request, status: answer.status };
  const { protocol, origin, username, password } = URL.canParse(href) ? new URL(href) : {};
  if (`${username ?? ""}${password ?? ""}` !== "") {
    const problem = `the service names ${origin} for the content with a user or a password, which no store is sent`;
    return new ApiError("unavailable", facts, problem);
  }
  if (protocol !== "http:" || plainHttp === "nowhere") {
    const problem = "the service names a place for the content that is not https";
    return new ApiError("unavailable", facts, problem);
  }
  const problem = `the service names ${origin} for the content: plain http to another machine`;
  const remedy = "allow plain http (--insecure-http) if you trust the network in between";
  return new ApiError("unavailable", facts, problem, { remedy });
}
