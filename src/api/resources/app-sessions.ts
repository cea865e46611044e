import { BsmountError } from "../../core/errors.ts";
import type { AppSessionId } from "../../core/ids.ts";
import { segment } from "../transport/address.ts";
import { decodeAppResult } from "../models/app-result.ts";
import { decodeAppSession } from "../models/app-session.ts";
import { AppSessionMetaData } from "../launch/session-metadata.ts";
import { BASIC_LIST, type ListParams, oneOf } from "../paging/list-parameters.ts";
import type { AppResult, AppSession } from "../models/models.ts";
import type { List } from "../paging/list.ts";
import type { Property } from "../models/property.ts";
import type { PropertyValue } from "../models/property-types.ts";
import type { VersionClient } from "./version-client.ts";
import type { CallOptions } from "../transport/rest.ts";
import { propertyItems, propertyList } from "./properties.ts";
import { SESSION_STATUSES, type SessionStatus } from "./session-status.ts";

/** A change of the status of an app session. */
export interface NewStatus {
  /** The new status. */
  readonly status: SessionStatus;
  /** A sentence for users. Default: none. */
  readonly summary?: string;
}

const INPUT = "Input.";
/** Of an app's inputs, and of the values of one: no form has as many. */
const MAX_INPUTS = 10_000;
/** Each takes a request of its own. */
const MAX_CUT = 100;
const OUTPUT_APP_RESULTS = "Output.AppResults";

/** App sessions by v1. v2 can list, stop and delete them: see `BaseSpace.v2`. */
export class AppSessions {
  readonly #client: VersionClient;

  constructor(client: VersionClient) {
    this.#client = client;
  }

  /** `GET /v1pre3/appsessions/{id}` */
  async get(id: AppSessionId, options?: CallOptions): Promise<AppSession> {
    return await this.#client.one(`appsessions/${segment(id)}`, decodeAppSession, options);
  }

  /**
   * `POST /v1pre3/appsessions/{id}`. Complete and Aborted are final; the service refuses later changes. When the
   * response is lost, the status of the session is read.
   * @throws BsmountError `usage` for another status; ApiError `access-denied` for the session of another app,
   * `unavailable` with the code `Conflict` for one that has ended
   */
  async setStatus(
    id: AppSessionId,
    { status, summary = "" }: NewStatus,
    options: CallOptions = {},
  ): Promise<AppSession> {
    const wanted = oneOf(SESSION_STATUSES)(status, "status");
    const path = `appsessions/${segment(id)}`;
    const body = { status: wanted.toLowerCase(), statussummary: summary };
    const response = await this.#client.changeOnce(
      { method: "POST", path, body },
      async (_attempt, searchOptions) => {
        const asked = await this.#client.get(path, {}, searchOptions);
        const session = this.#client.decode(asked, decodeAppSession);
        const isSet = session.status === wanted && (session.statusSummary ?? "") === summary;
        return isSet ? asked : undefined;
      },
      options,
    );
    return this.#client.decode(response, decodeAppSession);
  }

  /** `GET /v1pre3/appsessions/{id}/appresults` */
  appResults(id: AppSessionId, params: ListParams = {}): List<AppResult> {
    const path = `appsessions/${segment(id)}/appresults`;
    return this.#client.list({ path, rules: BASIC_LIST, params, decode: decodeAppResult });
  }

  /** `GET /v1pre3/appsessions/{id}/properties` */
  properties(id: AppSessionId): List<Property> {
    return propertyList(this.#client, "appsessions", id);
  }

  /**
   * The inputs of a session: its `Input.…` properties, from all pages, by their names without `Input.`. A property
   * of many values has its first ones; `properties.items()` returns all.
   */
  async inputs(id: AppSessionId, options?: CallOptions): Promise<Map<string, PropertyValue>> {
    const properties = await this.properties(id).all(options);
    return new Map(
      properties
        .filter(({ name }) => name.startsWith(INPUT))
        .map(({ name, value }) => [name.slice(INPUT.length), value]),
    );
  }

  /**
   * What a session says about its app, by which the app can be launched again:
   * `LaunchSpecification.of((await basespace.appSessions.metaData(id)).launchInputs())`. Reads the session with all of
   * its properties (`GET /v1pre3/appsessions/{id}`, `…/properties`), and all texts of lists that are cut there
   * (`…/properties/{name}/items`).
   * @throws BsmountError `too-big` for more than 10 000 properties, or texts of one, or for more than 100 cut lists
   */
  async metaData(id: AppSessionId, options: CallOptions = {}): Promise<AppSessionMetaData> {
    const bounded = { ...options, maxItems: MAX_INPUTS };
    const session = await this.get(id, options);
    const properties = new Map<string, Property>();
    for (const property of await this.properties(id).all(bounded)) {
      properties.set(property.name, property);
    }
    const cut = [...properties.values()].filter(isCutInput);
    if (cut.length > MAX_CUT) {
      throw new BsmountError("too-big", `session ${id} has ${cut.length} inputs of many values`);
    }
    for (const property of cut) {
      const path = `appsessions/${segment(id)}/properties`;
      const items = await propertyItems(this.#client, path, property.name).all(bounded);
      const texts = items.map(({ value }) => (value.kind === "text" ? value.text : ""));
      properties.set(property.name, { ...property, value: { kind: "texts", texts } });
    }
    return new AppSessionMetaData({ ...session, properties: [...properties.values()] });
  }

  /**
   * The result of a session, by its `Output.AppResults`: the only one, or the only one called `name`.
   * @throws BsmountError `not-found` when there is none, `invalid` when there are several
   */
  async appResult(
    id: AppSessionId,
    { name }: { readonly name?: string } = {},
    options: CallOptions = {},
  ): Promise<AppResult> {
    const path = `appsessions/${segment(id)}/properties`;
    const items = await propertyItems(this.#client, path, OUTPUT_APP_RESULTS).all(options);
    const results = items
      .map(({ value }) => (value.kind === "entity" ? value.entity : undefined))
      .filter((entity) => entity !== undefined)
      .filter((entity) => name === undefined || entity.name === name);
    const [result, ...more] = results;
    const what = name === undefined ? "app result" : `app result called ${JSON.stringify(name)}`;
    if (result === undefined) {
      throw new BsmountError("not-found", `session ${id} has no ${what}`);
    }
    if (more.length > 0) {
      throw new BsmountError("invalid", `session ${id} has more than one ${what}`, {
        remedy: `take one by its Id: ${results.map((each) => each.id).join(", ")}`,
      });
    }
    return await this.#client.one(`appresults/${segment(result.id)}`, decodeAppResult, options);
  }
}

function isCutInput({ name, value, itemsTotalCount = 0 }: Property): boolean {
  return name.startsWith(INPUT) && value.kind === "texts" && itemsTotalCount > value.texts.length;
}
