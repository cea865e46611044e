import { createSecureContext } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConnectionPool } from "../../../../src/api/content/worker/connection-pool.ts";
import type {
  WorkerOutcome,
  WorkerQuery,
} from "../../../../src/api/content/worker/range-exchange.ts";
import { type Certificate, makeCertificate } from "../../../helpers/certificate.ts";
import { longInSecret, StoreServer, trickling } from "../../../helpers/store-server.ts";
import { type TempDir, tempDir } from "../../../helpers/temp-dir.ts";

const SIZE = 300_000;
const DATA = Buffer.from(Uint8Array.from({ length: SIZE }, (_, index) => (index * 7919) >> 3));
const BODY_BYTES = 200_000;

let dir: TempDir;
let certificate: Certificate;
beforeAll(async () => {
  dir = await tempDir();
  certificate = await makeCertificate(dir);
});
afterAll(async () => await dir[Symbol.asyncDispose]());

describe.each(["http", "https"])("one connection over %s", (protocol) => {
  async function startStore(): Promise<StoreServer> {
    return await StoreServer.start(DATA, protocol === "https" ? certificate : undefined);
  }

  function makePool(): ConnectionPool {
    const trust = (): ReturnType<typeof createSecureContext> =>
      createSecureContext({ ca: certificate.cert });
    return new ConnectionPool({ connectTimeoutMs: 5000, userAgent: "bsmount/test", trust }, 1);
  }

  test("carries body after body, each straight into its own memory", async () => {
    await using store = await startStore();
    const pool = makePool();
    const memory = new Uint8Array(new SharedArrayBuffer(4 * BODY_BYTES));
    const queries = [3, 0, 2, 1].map((at) =>
      query(store, 1000 * at, memory.subarray(at * BODY_BYTES, (at + 1) * BODY_BYTES)),
    );
    const outcomes = await Promise.all(queries.map(async (asked) => await run(pool, asked)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(["taken", "taken", "taken", "taken"]);
    for (const { range, into } of queries) {
      expect(Buffer.concat(into).equals(DATA.subarray(range.start, range.end))).toBe(true);
    }
    expect(store.connections).toBe(1);
  });

  test("is not used again when more came than announced, and what lies behind stays as it was", async () => {
    await using store = await startStore();
    const pool = makePool();
    const memory = new Uint8Array(new SharedArrayBuffer(BODY_BYTES + 100)).fill(42);
    store.next(longInSecret);
    const asked = query(store, 0, memory.subarray(0, BODY_BYTES));
    const next = query(store, 5, new Uint8Array(BODY_BYTES));
    const outcomes = await Promise.all([run(pool, asked), run(pool, next)]);
    expect(outcomes).toMatchObject([{ kind: "taken" }, { kind: "taken" }]);
    expect(store.connections).toBe(2);
    expect(Buffer.concat(asked.into).equals(DATA.subarray(0, BODY_BYTES))).toBe(true);
    expect(memory.subarray(BODY_BYTES).every((byte) => byte === 42)).toBe(true);
  });

  test("writes nothing once it is cancelled, though the server continues", async () => {
    await using store = await startStore();
    const pool = makePool();
    store.next(trickling);
    const memory = new Uint8Array(new SharedArrayBuffer(BODY_BYTES));
    let outcome: WorkerOutcome | undefined;
    const stop = pool.start(query(store, 0, memory), (end) => {
      outcome = end;
    });
    await expect.poll(() => memory[BODY_BYTES / 4], { interval: 1 }).toBe(DATA[BODY_BYTES / 4]);
    stop();
    const before = Buffer.from(memory);
    await expect.poll(() => store.sockets.size).toBe(0);
    expect(Buffer.from(memory).equals(before)).toBe(true);
    expect(before.equals(DATA.subarray(0, BODY_BYTES))).toBe(false);
    expect(outcome).toBeUndefined();
  });
});

function query(store: StoreServer, start: number, memory: Uint8Array): WorkerQuery {
  return {
    href: store.link().href,
    range: { start, end: start + memory.length },
    sizeBytes: SIZE,
    into: [memory.subarray(0, 70_000), memory.subarray(70_000)],
    expectedEtag: store.etag,
    timeoutMs: 5000,
  };
}

async function run(pool: ConnectionPool, asked: WorkerQuery): Promise<WorkerOutcome> {
  return await new Promise((resolve) => pool.start(asked, resolve));
}
