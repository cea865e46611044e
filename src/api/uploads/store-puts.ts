import type { Dispatcher } from "undici";
import { type PlainHttp, storeLink } from "../content/store-link.ts";
import { ApiError } from "../errors.ts";
import { httpSend } from "../http.ts";
import { type CallOptions, Rest, type RestOptions } from "../rest.ts";
import { md5OfBytes } from "./md5-of-bytes.ts";

export interface StorePutsOptions extends Omit<RestOptions, "send"> {
  readonly dispatcher: Dispatcher;
  /** Where links by plain http may lead. */
  readonly plainHttp: PlainHttp;
}

/** Puts bytes where a signed link says, without the token: whoever has the link may write there. */
export class StorePuts {
  readonly #options: StorePutsOptions;

  constructor(options: StorePutsOptions) {
    this.#options = options;
  }

  /**
   * `PUT` to a signed link; doing it twice is the same as once. Answers the ETag, without quotes.
   * @throws ApiError `unavailable` for a link that may not be followed, or when other bytes arrived
   */
  async put(href: string, bytes: Uint8Array, options: CallOptions): Promise<string> {
    const { dispatcher, plainHttp } = this.#options;
    const url = storeLink(href, plainHttp);
    const name = { method: "PUT", path: url?.pathname ?? "/", status: 0 } as const;
    if (url === undefined) {
      throw new ApiError("unavailable", name, "the service's link leads where it must not");
    }
    const md5 = await md5OfBytes(bytes);
    const rest = new Rest({ ...this.#options, send: httpSend(dispatcher, url.origin) });
    const { headers, status } = await rest.change(
      {
        method: "PUT",
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { "content-md5": Buffer.from(md5, "hex").toString("base64") },
        body: bytes,
        isRepeatable: true,
      },
      options,
    );
    const etag = (headers["etag"] ?? "").replaceAll('"', "");
    if (etag.toLowerCase() === md5) return etag;
    const problem = `a part arrived with ETag ${etag}, sent with MD5 ${md5}`;
    throw new ApiError("unavailable", { ...name, status }, problem);
  }
}
