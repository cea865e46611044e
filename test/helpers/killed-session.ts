import { constants } from "node:fs";
import { cp } from "node:fs/promises";
import { beforeEach, expect } from "vitest";
import { resolveConfig } from "../../src/config/config.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { openSession, type Session } from "../../src/session/session.ts";
import { walkerOf } from "./demo-file-system.ts";
import { startTestEmulator, type TestEmulator } from "./start-test-emulator.ts";
import { type TempDir, tempDir } from "./temp-dir.ts";

/*
 * Sessions of one app result, and what the next one finds when the first is killed: a copy of its state folder, taken at
 * any moment.
 */

export const RESULT = "/projects/P/appresults/R";
export const FILES = `${RESULT}/files`;

export interface Written {
  readonly name: string;
  readonly text: string;
  /** Whether the service refuses it, so that it stays in staging. */
  readonly isRefused?: boolean;
}

export class KilledSession {
  readonly emulator: TestEmulator;
  /** Home folders of the first session and of the next one. */
  readonly home: TempDir;
  readonly next: TempDir;
  #first: Session | undefined;

  constructor(emulator: TestEmulator, home: TempDir, next: TempDir) {
    this.emulator = emulator;
    this.home = home;
    this.next = next;
  }

  get first(): Session {
    if (this.#first === undefined) throw new Error("no session was opened");
    return this.#first;
  }

  /** Ends the first session, and opens one with other options, which has nothing staged. */
  async reopen(flags: object = {}): Promise<void> {
    await this.#first?.[Symbol.asyncDispose]();
    this.#first = await this.sessionIn(this.home, flags);
  }

  async sessionIn(
    folder: TempDir,
    { adoptsLeftovers, ...flags }: { readonly adoptsLeftovers?: boolean } = {},
    signal = neverAborted,
  ): Promise<Session> {
    const { apiServer, accessToken } = this.emulator;
    const variables = { BASESPACE_ACCESS_TOKEN: accessToken };
    const environment = { variables, home: folder.path, uid: 0, gid: 0 };
    const config = await resolveConfig({ apiServer, ...flags }, environment);
    const adopts = adoptsLeftovers ?? !config.mount.readOnly;
    const options = { logger: silentLogger, adoptsLeftovers: adopts };
    return await openSession(config, options, signal);
  }

  /** Writes a file from its beginning, and closes it. */
  async write({ name, text, isRefused = false }: Written, session = this.first): Promise<void> {
    const { fileSystem: fs } = session;
    const folder = await walkerOf(fs).inoOf(FILES);
    const flags = constants.O_WRONLY | constants.O_TRUNC;
    const isThere = (await this.names(session)).includes(name);
    const handle = isThere
      ? await fs.open((await fs.lookup(folder, name, neverAborted)).ino, flags, neverAborted)
      : await fs.change.create(folder, name, 0o644, neverAborted);
    await fs.write(handle, 0, Buffer.from(text), neverAborted);
    if (isRefused) this.emulator.addFaults("POST /appresults/*/files status=403");
    const closed = Promise.resolve(fs.flush(handle, async () => "closed", neverAborted));
    expect(await closed.then(() => "none", reasonOf)).toBe(isRefused ? "access-denied" : "none");
    fs.release(handle);
    this.emulator.clearFaults();
  }

  async remove(name: string, { fileSystem: fs } = this.first): Promise<void> {
    await fs.change.unlink(await walkerOf(fs).inoOf(FILES), name, neverAborted);
  }

  async rename(from: string, to: string, { fileSystem: fs } = this.first): Promise<void> {
    const folder = await walkerOf(fs).inoOf(FILES);
    await fs.change.rename(folder, from, folder, to, neverAborted);
  }

  /** The state of the next session is what the first one has now, without its locks. */
  async kill(killed = this.home): Promise<void> {
    const filter = (path: string): boolean => !path.includes(".lock");
    const state = this.next.join(".local/state");
    await cp(killed.join(".local/state"), state, { recursive: true, filter });
  }

  async names({ fileSystem } = this.first): Promise<readonly string[]> {
    return (await walkerOf(fileSystem).names(FILES)).toSorted();
  }

  async text(name: string, { fileSystem } = this.first): Promise<string> {
    return await walkerOf(fileSystem).readFile(`${FILES}/${name}`);
  }

  async end(): Promise<void> {
    this.#first?.hurry();
    await this.#first?.[Symbol.asyncDispose]();
    await this.emulator.close();
    for (const folder of [this.home, this.next]) await folder[Symbol.asyncDispose]();
  }
}

/** An empty app result and its first session, for each test of a file. */
export function useKilledSession(flags: object = {}): () => KilledSession {
  let here: KilledSession;
  beforeEach(async () => {
    const appResults = [{ name: "R", status: "Running" as const }];
    const emulator = await startTestEmulator({ projects: [{ name: "P", appResults }] });
    here = new KilledSession(emulator, await tempDir(), await tempDir());
    await here.reopen(flags);
    return async () => await here.end();
  });
  return () => here;
}
