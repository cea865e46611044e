import type { BaseSpace } from "../../api/client.ts";
import { isEntityId } from "../../api/launch/entity-finder.ts";
import { BsmountError } from "../../core/errors.ts";

/** An app, as far as it is needed to launch it. */
export interface App {
  readonly id: string;
  readonly name: string;
}

/**
 * The app of this Id, or of this name in its newest version.
 * @throws BsmountError `not-found`; `usage` when several apps have the name; ApiError
 */
export async function findApp(client: BaseSpace, text: string, signal: AbortSignal): Promise<App> {
  if (isEntityId(text)) return await client.applications.get(text, { signal });
  const all = await client.applications.list().all({ signal, maxItems: 100_000 });
  const same = all.filter(({ name }) => name === text);
  const inAnyCase = all.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
  const found = same.length > 0 ? same : inAnyCase;
  const [app, ...more] = found;
  if (app === undefined) {
    throw new BsmountError("not-found", `there is no app called ${JSON.stringify(text)}`, {
      remedy: "give the app's Id",
    });
  }
  if (more.length === 0) return app;
  const ids = found.map(({ id, companyName = "?" }) => `${id} (${companyName})`).slice(0, 10);
  throw new BsmountError("usage", `several apps are called ${JSON.stringify(text)}`, {
    remedy: `give one by its Id: ${ids.join(", ")}`,
  });
}
