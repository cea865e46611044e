import type { BaseSpace } from "../api/client.ts";
import { canWorkOn } from "../api/resources/session-status.ts";
import type { NewAppResult } from "../api/resources/new-results.ts";
import type { AppSession } from "../api/models/app-session.ts";
import { BsmountError, reasonOf } from "../core/errors.ts";
import type { AppSessionId } from "../core/ids.ts";
import type { EntityDirectory } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";

/** What new app results of a session get beside their names. BaseSpace lets nobody change it afterwards. */
export interface NewResultDetails {
  readonly description?: string;
  /** The Id or the name of an app session, or `bs:/…` for that of an app result. @default a new one for each result */
  readonly session?: string;
  /** The samples and app results that they are made of, as paths in a mount. */
  readonly references?: readonly string[];
}

export interface NewResultOptions {
  readonly client: BaseSpace;
  readonly tree: PathTree;
  readonly details: NewResultDetails;
}

type Fields = Omit<NewAppResult, "name">;

/** Looks up what {@link NewResultDetails} name. Each new result asks anew: a session may have ended meanwhile. */
export class NewResult {
  readonly #options: NewResultOptions;
  /** Of a session that was found by its name, or by that of a result. */
  #sessionId: AppSessionId | undefined;

  constructor(options: NewResultOptions) {
    this.#options = options;
  }

  /**
   * @throws BsmountError `not-found`; `read-only` for a session that has ended; `invalid` for a name that several open
   * sessions have; `usage` for a reference to anything but a sample or an app result
   */
  async fields(signal: AbortSignal): Promise<Fields> {
    const { description, references = [] } = this.#options.details;
    const session = await this.#session(signal);
    const entities: EntityDirectory[] = [];
    for (const path of references) entities.push(await this.#reference(path, signal));
    const idsOf = (kind: string): readonly string[] =>
      entities.filter(({ entity }) => entity.kind === kind).map(({ entity }) => entity.id);
    return {
      ...(description === undefined ? {} : { description }),
      ...(session === undefined ? {} : { appSessionId: session.id }),
      samples: idsOf("sample"),
      appResults: idsOf("appresult"),
    };
  }

  async #session(signal: AbortSignal): Promise<AppSession | undefined> {
    const { session: named } = this.#options.details;
    if (named === undefined) return undefined;
    const found =
      this.#sessionId === undefined
        ? await this.#findSession(named, signal)
        : await this.#options.client.appSessions.get(this.#sessionId, { signal });
    if (!canWorkOn(found)) throw endedError(found);
    this.#sessionId = found.id;
    return found;
  }

  async #findSession(named: string, signal: AbortSignal): Promise<AppSession> {
    if (named.startsWith("bs:")) return await this.#sessionOf(named.slice("bs:".length), signal);
    const byId = /^\d+$/.test(named) ? await this.#byId(named, signal) : undefined;
    return byId ?? (await this.#byName(named, signal));
  }

  async #sessionOf(path: string, signal: AbortSignal): Promise<AppSession> {
    const { client, tree } = this.#options;
    const node = await tree.resolve(path, signal);
    if (node.kind !== "entity" || node.entity.kind !== "appresult") {
      throw new BsmountError("usage", `bs:${path} is not an app result, so it has no session`, {
        remedy: "give bs:/projects/…/appresults/NAME, or the Id or the name of a session",
      });
    }
    const { appSession } = await client.appResults.get(node.entity.id, { signal });
    if (appSession !== undefined) return await client.appSessions.get(appSession.id, { signal });
    throw new BsmountError("not-supported", `app result bs:${path} has no session`);
  }

  async #byId(id: string, signal: AbortSignal): Promise<AppSession | undefined> {
    try {
      return await this.#options.client.appSessions.get(id, { signal });
    } catch (error) {
      // The service responds with the same status to an unknown Id and to an Id that the user may not see.
      if (["not-found", "access-denied"].includes(reasonOf(error))) return undefined;
      throw error;
    }
  }

  /** The only open one of that name. */
  async #byName(name: string, signal: AbortSignal): Promise<AppSession> {
    const listed = await this.#options.client.v2.appSessions.list({ name }).all({ signal });
    const sessions = listed.filter((session) => session.name === name);
    const [first, second] = sessions.filter(canWorkOn);
    if (second !== undefined) throw severalError(name, sessions.filter(canWorkOn));
    const found = first ?? sessions.at(-1);
    if (found !== undefined) return found;
    throw new BsmountError("not-found", `there is no app session ${JSON.stringify(name)}`, {
      remedy: "give its Id, or a result that is in it: bs:/projects/…/appresults/NAME",
    });
  }

  async #reference(path: string, signal: AbortSignal): Promise<EntityDirectory> {
    const node = await this.#options.tree.resolve(path, signal);
    const isReference =
      node.kind === "entity" && ["sample", "appresult"].includes(node.entity.kind);
    if (isReference) return node;
    throw new BsmountError("usage", `an app result cannot refer to ${path}`, {
      remedy: "give the path of a sample, bs:/projects/…/samples/ID, or of an app result",
    });
  }
}

function endedError({ id, name, status = "ended" }: AppSession): BsmountError {
  const problem = `session ${JSON.stringify(name)} (${id}) is ${status}: it takes no more app results`;
  return new BsmountError("read-only", problem, {
    remedy: "name a session that is Running, or none: then each app result gets a new one",
  });
}

function severalError(name: string, open: readonly AppSession[]): BsmountError {
  const ids = open.slice(0, 5).map(({ id }) => id);
  const problem = `${open.length} open sessions are called ${JSON.stringify(name)}`;
  return new BsmountError("invalid", problem, { remedy: `give the Id of one: ${ids.join(", ")}` });
}
