import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderOneFileCatalog } from "./catalog.ts";
import type { Target } from "./contestants/contestant.ts";
import type { Transport } from "./options.ts";
import { makeCertificate } from "./rig/certificate.ts";
import { objectsFolder, startEmulatorProcess } from "./rig/emulator.ts";
import { type ObjectStore, startObjectStore } from "./rig/nginx.ts";
import { writeRandomFile } from "./rig/random-file.ts";
import { makeScratch, makeWorkFolder } from "./rig/scratch.ts";

export interface StageOptions {
  readonly sizeBytes: number;
  readonly transport: Transport;
  readonly limitRate?: string;
  /** Whether an emulator has to put the object into an account. */
  readonly needsAccount: boolean;
}

/** Runs `work` with one random object behind nginx, and takes everything down after it. */
export async function withStage<T>(
  { sizeBytes, transport, limitRate, needsAccount }: StageOptions,
  signal: AbortSignal,
  work: (target: Target, store: ObjectStore) => Promise<T>,
): Promise<T> {
  await using memory = await makeScratch(sizeBytes * (needsAccount ? 2 : 1));
  await using files = await makeWorkFolder();
  const root = objectsFolder(memory.path);
  await mkdir(root);
  const certificate = transport === "tls" ? await makeCertificate(files.path, signal) : undefined;
  await using store = await startObjectStore(
    {
      root,
      workFolder: files.path,
      ...(certificate === undefined ? {} : { certificate }),
      ...(limitRate === undefined ? {} : { limitRate }),
    },
    signal,
  );
  const trust = certificate === undefined ? {} : { ca: certificate.certificate };

  if (!needsAccount) {
    const original = join(root, OBJECT_NAME);
    await writeRandomFile(original, sizeBytes, signal);
    const url = `${store.url}/${OBJECT_NAME}`;
    return await work({ url, sizeBytes, original, ...trust }, store);
  }
  const original = join(memory.path, "object.bin");
  await writeRandomFile(original, sizeBytes, signal);
  const catalog = join(memory.path, "catalog.json");
  const { text, mountedPath } = renderOneFileCatalog("object.bin");
  await writeFile(catalog, text);
  await using emulator = await startEmulatorProcess(
    { data: memory.path, catalog, objectStoreUrl: store.url },
    signal,
  );
  const url = `${store.url}/${await findObject(root, sizeBytes)}`;
  const account = { ...emulator, path: mountedPath };
  return await work({ url, sizeBytes, original, account, ...trust }, store);
}

/** Where no emulator chooses one. */
const OBJECT_NAME = "0123456789abcdef0123456789abcdef";

/** The name under which the emulator keeps the only content of this size. */
async function findObject(root: string, sizeBytes: number): Promise<string> {
  for (const name of await readdir(root)) {
    if ((await stat(join(root, name))).size === sizeBytes) return name;
  }
  throw new Error(`the emulator put no content of ${sizeBytes} bytes into ${root}`);
}
