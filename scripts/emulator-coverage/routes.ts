import fastify from "fastify";
import { buildContext } from "../../src/emulator/build-context.ts";
import { fillFromCatalog } from "../../src/emulator/catalog/fill.ts";
import { apiRoutes } from "../../src/emulator/controllers/api-routes.ts";
import { openStorage } from "../../src/emulator/server/storage.ts";

/** Returns every route of the emulator's API, as `GET /v1pre3/files/{id}`, including those that return 501. */
export async function emulatorRoutes(): Promise<readonly string[]> {
  const routes: string[] = [];
  const app = fastify({ exposeHeadRoutes: false });
  app.addHook("onRoute", ({ method, url }) => {
    routes.push(`${String(method)} ${url.replaceAll(/:(\w+)/g, "{$1}")}`);
  });
  await using storage = await openStorage(undefined);
  await fillFromCatalog(storage.state, storage.content, { catalog: {}, folder: "." });
  apiRoutes(app, buildContext(storage, { api: "", objects: "" }, {}));
  await app.ready();
  await app.close();
  return routes;
}
