import type { FastifyInstance } from "fastify";
import { apiRoutes } from "../controllers/api-routes.ts";
import type { FaultRules } from "../faults/fault-rules.ts";
import { faultHooks } from "../faults/hooks.ts";
import { faultRoutes } from "../faults/routes.ts";
import { collapseSlashes } from "../http/collapse-slashes.ts";
import { refuseUnknownHosts } from "../http/known-hosts.ts";
import { misdirectedProblem, Problem, unknownPathProblem } from "../http/problem.ts";
import { sendProblem } from "../http/response.ts";
import { leakRoutes } from "../object-store/leak-routes.ts";
import type { Leaks } from "../object-store/leaks.ts";
import { objectStoreRoutes } from "../object-store/object-store.ts";
import { sendStoreError } from "../object-store/xml-error.ts";
import type { Context } from "../services/context.ts";
import type { TlsKeys } from "./certificate.ts";
import { createServer, listen } from "./create-server.ts";
import type { RequestLog } from "./request-log.ts";

/*
 * Begin here. `server/` joins the emulator's two HTTP servers and what they need to run: `create-server.ts` is a
 * server without routes, `certificate.ts` has what the object store needs for TLS, `storage.ts` opens the state, the contents and the request log, in memory or in a data
 * folder. `start-emulator.ts` calls it.
 */

/** The origins of the two servers, without trailing slash; empty until they listen. */
export interface Origins {
  api: string;
  objects: string;
}

/** What {@link Listeners} serves. */
export interface ListenerParts {
  readonly context: Context;
  readonly faults: FaultRules;
  readonly log: RequestLog;
  readonly leaks: Leaks;
  /** Host names, without port, that both servers accept in addition to the loopback ones. */
  readonly hostNames: readonly string[];
  /** What the object store presents; undefined for plain HTTP. */
  readonly tls: TlsKeys | undefined;
}

/** The API server and the object store's, each on a port and therefore an origin of its own. */
export class Listeners {
  readonly #api: FastifyInstance;
  readonly #objects: FastifyInstance;

  constructor({ context, faults, log, leaks, hostNames, tls }: ListenerParts) {
    this.#api = createServer(log, (reply) => sendProblem(reply, unknownPathProblem()), {
      normalizeUrl: collapseSlashes,
    });
    refuseUnknownHosts(this.#api, hostNames, (reply, host) =>
      sendProblem(reply, misdirectedProblem(host)),
    );
    faultHooks(this.#api, {
      rules: faults,
      pathPrefix: "",
      send: (reply, status) =>
        sendProblem(reply, new Problem(status, "BASESPACE.COMMON.FAULT", "A fault was asked for")),
    });
    faultRoutes(this.#api, faults);
    leakRoutes(this.#api, leaks);
    apiRoutes(this.#api, context);
    this.#objects = createServer(log, (reply) => sendStoreError(reply, "noSuchKey"), { tls });
    refuseUnknownHosts(this.#objects, hostNames, (reply) => sendStoreError(reply, "misdirected"));
    faultHooks(this.#objects, {
      rules: faults,
      pathPrefix: "/objects",
      send: (reply, status) => sendStoreError(reply, "unavailable", status),
    });
    objectStoreRoutes(this.#objects, { ...context, leaks });
  }

  /** Starts both servers, or neither, and fills in `origins`. @throws BsmountError `environment` */
  async open(origins: Origins, host: string, port: number): Promise<void> {
    try {
      origins.objects = await listen(this.#objects, host, 0);
      origins.api = await listen(this.#api, host, port);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#api.close(), this.#objects.close()]);
  }
}
