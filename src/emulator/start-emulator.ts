import { BsmountError } from "../core/errors.ts";
import { ALL_SCOPES } from "./access/scopes.ts";
import { issueToken } from "./access/tokens.ts";
import { buildContext } from "./build-context.ts";
import { fillFromCatalog } from "./catalog/fill.ts";
import { loadCatalog } from "./catalog/load.ts";
import type { ContentStore } from "./content/content-store.ts";
import { FaultRules } from "./faults/fault-rules.ts";
import { Leaks } from "./object-store/leaks.ts";
import type { Emulator, EmulatorOptions } from "./options.ts";
import { openCertificate } from "./server/certificate.ts";
import { Listeners, type Origins } from "./server/listeners.ts";
import { openStorage, type Storage } from "./server/storage.ts";
import type { State } from "./state/state.ts";

/*
 * Begin here. Starting opens the storage (`server/storage.ts`), fills it from the catalog (`catalog/`), and opens the
 * two servers (`server/listeners.ts`), whose routes are listed in `controllers/api-routes.ts` and
 * `object-store/object-store.ts`. README.md in this folder draws the way of a request and the layers.
 */

/**
 * Starts a local BaseSpace: its API and, on another origin, its object store.
 *
 * @throws BsmountError `usage` for an invalid catalog or fault rule, or for TLS with another object store, `busy` for a data folder that another emulator
 * uses, `environment` for a port that is in use
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  if (options.tls === true && options.objectStoreUrl !== undefined) {
    throw new BsmountError("usage", "TLS is for the emulator's own object store, not for another", {
      remedy: "omit either --tls or --object-store-url",
    });
  }
  const faults = new FaultRules();
  faults.add(options.faults ?? []);
  const storage = await openStorage(options.dataDir);
  try {
    const accessToken = await prepareState(storage, options);
    return await serve(storage, faults, accessToken, options);
  } catch (error) {
    await storage[Symbol.asyncDispose]();
    throw error;
  }
}

async function serve(
  storage: Storage,
  faults: FaultRules,
  accessToken: string,
  options: EmulatorOptions,
): Promise<Emulator> {
  const { log, dataDir } = storage;
  const origins: Origins = { api: "", objects: "" };
  const context = buildContext(storage, origins, options);
  const leaks = new Leaks();
  const hostNames = hostNamesOf(options);
  const tls = options.tls === true ? await openCertificate(dataDir, hostNames) : undefined;
  const listeners = new Listeners({ context, faults, log, leaks, hostNames, tls });
  await openListeners(listeners, origins, options, tls);
  const close = closeOnce(listeners, storage, tls);
  return {
    apiServer: origins.api,
    storeServer: origins.api,
    objectServer: origins.objects,
    accessToken,
    caPath: tls?.path,
    dataDir,
    pid: process.pid,
    get requests() {
      return log.requests;
    },
    clearRequests: () => log.clear(),
    get leaks() {
      return leaks.found;
    },
    clearLeaks: () => leaks.clear(),
    addFaults: (...rules) => faults.add(rules),
    clearFaults: () => faults.clear(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Disposes the certificate if the servers cannot be opened. */
async function openListeners(
  listeners: Listeners,
  origins: Origins,
  { host = "127.0.0.1", port = 0 }: EmulatorOptions,
  certificate: AsyncDisposable | undefined,
): Promise<void> {
  try {
    await listeners.open(origins, host, port);
  } catch (error) {
    await certificate?.[Symbol.asyncDispose]();
    throw error;
  }
}

function hostNamesOf({ host, hostNames = [], objectStoreUrl }: EmulatorOptions): readonly string[] {
  const store = URL.canParse(objectStoreUrl ?? "") ? [new URL(objectStoreUrl ?? "").hostname] : [];
  return [...(host === undefined ? [] : [host]), ...hostNames, ...store];
}

/** Returns a function that closes all of them once, however often it is called. */
function closeOnce(
  listeners: Listeners,
  storage: Storage,
  certificate: AsyncDisposable | undefined,
): () => Promise<void> {
  let closing: Promise<void> | undefined;
  return async () => {
    closing ??= closeAll(listeners, storage, certificate);
    await closing;
  };
}

async function closeAll(
  listeners: Listeners,
  storage: Storage,
  certificate: AsyncDisposable | undefined,
): Promise<void> {
  try {
    await listeners.close();
    await certificate?.[Symbol.asyncDispose]();
  } finally {
    await storage[Symbol.asyncDispose]();
  }
}

/** Fills an empty state or cleans up after a killed process, and returns a new token of the first user. */
async function prepareState(
  { state, content }: Storage,
  options: EmulatorOptions,
): Promise<string> {
  if (state.count("settings") === 0) {
    await content.sweep(new Set());
    await fillFromCatalog(state, content, await loadCatalog(options));
  } else {
    await sweepContent(state, content);
  }
  const owner = {
    userId: state.need("settings", "first-user").value,
    applicationId: state.need("settings", "own-application").value,
  };
  const scopes = ALL_SCOPES;
  const token = await state.transact((transaction) =>
    issueToken(transaction, { ...owner, scopes }, Date.now()),
  );
  return token.id;
}

/** Removes bytes that no file refers to: they were received for a request that never ended. */
async function sweepContent(state: State, content: ContentStore): Promise<void> {
  const keys = new Set<string>();
  for (const object of state.all("objects")) keys.add(object.id);
  for (const file of state.all("files")) for (const part of file.parts) keys.add(part.key);
  await content.sweep(keys);
}
