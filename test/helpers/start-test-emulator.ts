import type { Catalog } from "../../src/emulator/catalog/schema.ts";
import type { Emulator, EmulatorOptions } from "../../src/emulator/options.ts";
import { startEmulator } from "../../src/emulator/start-emulator.ts";

/**
 * A local BaseSpace in memory for one test; `await using` ends it. `get` asks its API for a path such as
 * `users/current` with the token of all rights.
 */
export interface TestEmulator extends Emulator {
  get(path: string, init?: RequestInit): Promise<Response>;
}

/** `catalog` is what the account holds, or its file, see `src/emulator/catalog/schema.ts`; all of it is optional. */
export async function startTestEmulator(
  catalog: Catalog | string = {},
  options: Omit<EmulatorOptions, "catalog" | "catalogFile"> = {},
): Promise<TestEmulator> {
  const account = typeof catalog === "string" ? { catalogFile: catalog } : { catalog };
  const emulator = await startEmulator({ ...options, ...account });
  const get = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (!headers.has("authorization")) {
      headers.set("authorization", `Bearer ${emulator.accessToken}`);
    }
    return await fetch(`${emulator.apiServer}/v1pre3/${path}`, { ...init, headers });
  };
  return Object.defineProperties({} as TestEmulator, {
    ...Object.getOwnPropertyDescriptors(emulator),
    get: { value: get, enumerable: true },
  });
}
