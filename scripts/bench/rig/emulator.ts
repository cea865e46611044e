import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Server } from "./processes.ts";

/** The command of this repository, as it was built. */
export const bsmount: string = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));

export interface EmulatorProcess extends AsyncDisposable {
  readonly apiServer: string;
  readonly accessToken: string;
}

export interface EmulatorOptions {
  readonly data: string;
  readonly catalog: string;
  /** Of a server that serves the contents; without it the emulator does. */
  readonly objectStoreUrl?: string;
}

/** Starts `bsmount emulator` and reads its ready line. */
export async function startEmulatorProcess(
  { data, catalog, objectStoreUrl }: EmulatorOptions,
  signal: AbortSignal,
): Promise<EmulatorProcess> {
  const store = objectStoreUrl === undefined ? [] : ["--object-store-url", objectStoreUrl];
  const args = [bsmount, "emulator", "--port", "0", "--data", data, "--catalog", catalog, ...store];
  const server = await Server.start(process.execPath, args);
  try {
    await server.waitUntil(() => Promise.resolve(server.answer.includes("\n")), signal);
    const ready = JSON.parse(server.answer.split("\n")[0] ?? "") as EmulatorProcess;
    return {
      apiServer: ready.apiServer,
      accessToken: ready.accessToken,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** Where the emulator keeps contents as plain files, below its data folder. */
export function objectsFolder(data: string): string {
  return join(data, "objects");
}
