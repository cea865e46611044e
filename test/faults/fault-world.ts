import { BaseSpace } from "../../src/api/client.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import { type DamagingProxy, damagingProxy } from "../helpers/damaging-proxy.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { type Connection, RealFiles } from "../model/real-files.ts";
import type { FaultyCall, Place } from "./calls.ts";

/** So many attempts of a request, with the pauses of the product on a clock that is advanced. */
const RETRY = { attempts: 2 };
/** No response within this time is none: short where that is what is tested. */
const TIMEOUT_MS = { slow: 300, other: 10_000 };
const OTHER_TOKEN = "the-token-after-the-first-one";

export interface Fault {
  readonly name: string;
  /** As in a fault rule; `damage` is done by a proxy. */
  readonly action: string;
  /** Each call has a service of its own, so that they can wait at the same time. */
  readonly isSlow?: boolean;
  /** What programs can see, when it depends on the place of a byte. */
  readonly varies?: readonly string[];
}

/** A service, and the way to it. */
export class FaultWorld implements AsyncDisposable {
  readonly #emulator: TestEmulator;
  readonly #proxy: DamagingProxy;

  private constructor(emulator: TestEmulator, proxy: DamagingProxy) {
    this.#emulator = emulator;
    this.#proxy = proxy;
  }

  static async start(): Promise<FaultWorld> {
    const scopes = "browse global,create global,write global";
    const catalog = {
      projects: [{ name: "Results", id: "12" }],
      tokens: [{ accessToken: OTHER_TOKEN, scopes }],
    };
    const emulator = await startTestEmulator(catalog, { minPartBytes: 1 });
    return new FaultWorld(emulator, await damagingProxy(emulator.apiServer));
  }

  /** The fault happens to `call`, so many times. */
  begin({ action }: Fault, { method, path }: FaultyCall, times: number): void {
    if (action === "damage") {
      const pattern = new RegExp(`${path.replaceAll("*", "[^/]+")}$`);
      this.#proxy.damage({ method, path: pattern, times });
      return;
    }
    const n = Number.isFinite(times) ? `n=${times} ` : "";
    this.#emulator.addFaults(`${method} ${path} ${n}${action}`);
  }

  end(): void {
    this.#emulator.clearFaults();
    this.#proxy.damage();
  }

  /** Runs `work` with a file system of its own, over a new result. */
  async use<Value>(fault: Fault, work: (place: Place) => Promise<Value>): Promise<Value> {
    const clock = new FakeClock(Date.now());
    const { origin } = this.#proxy;
    const apiServer = fault.action === "damage" ? origin : this.#emulator.apiServer;
    const timeoutMs = fault.isSlow === true ? TIMEOUT_MS.slow : TIMEOUT_MS.other;
    await using connection = this.#connect(apiServer, { clock, timeoutMs });
    await using staging = await tempDir();
    await using real = await RealFiles.start(connection, { staging: staging.path, keptFiles: 256 });
    return await work({ real, clock });
  }

  /** The client gets another token when the service refuses the one that it has. */
  #connect(
    apiServer: string,
    options: { readonly clock: FakeClock; readonly timeoutMs: number },
  ): Connection {
    const tokens = [this.#emulator.accessToken, OTHER_TOKEN];
    const client = new BaseSpace({
      apiServer,
      accessToken: (rejected) => {
        if (rejected !== undefined) tokens.reverse();
        return tokens[0] ?? "";
      },
      ...options,
      retry: RETRY,
      fetcher: "main",
      environment: {},
    });
    const readers = createReaders({ source: client.content, memoryBytes: 1024 * 1024 });
    return {
      emulator: this.#emulator,
      client,
      readers,
      [Symbol.asyncDispose]: async () => {
        await readers[Symbol.asyncDispose]();
        await client.close();
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    await this.#emulator.close();
  }
}
