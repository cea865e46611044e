import { fileURLToPath, pathToFileURL } from "node:url";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import type { RangeQuery } from "../../../../src/api/content/range-fetcher.ts";
import { WorkerFetcher } from "../../../../src/api/content/worker/worker-fetcher.ts";
import { silent, StoreServer } from "../../../helpers/store-server.ts";
import { tempDir } from "../../../helpers/temp-dir.ts";

const SETTINGS = {
  variables: {},
  connections: 2,
  connectTimeoutMs: 1000,
  userAgent: "bsmount/test",
};
const DATA = Buffer.from("0123456789");

function query(
  link: URL,
  into: Uint8Array = new Uint8Array(new SharedArrayBuffer(10)),
): RangeQuery {
  return {
    link,
    range: { start: 0, end: 10 },
    sizeBytes: 10,
    into: [into],
    expectedEtag: undefined,
    timeoutMs: 5000,
    attempt: 1,
  };
}

const LINK = new URL("http://127.0.0.1:1/");
const { signal } = new AbortController();

describe("a worker", () => {
  test("that dies leaves its requests to others, is started again, and then no more", async () => {
    await using dir = await tempDir();
    const entry = dir.join("dying.mjs");
    await writeFile(
      entry,
      'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => process.exit(1));',
    );
    const fetcher = new WorkerFetcher(SETTINGS, pathToFileURL(entry));
    const outcomes = [];
    for (let round = 0; round < 6; round += 1)
      outcomes.push(await fetcher.fetch(query(LINK), signal));
    await fetcher.close();
    const died = { kind: "unusual", problem: "the worker ended" };
    expect(outcomes).toMatchObject([died, died, died, died, { problem: "no worker" }, {}]);
  });

  test("that cannot start says why", async () => {
    const fetcher = new WorkerFetcher(SETTINGS, new URL("file:///no/such/worker.mjs"));
    const outcome = await fetcher.fetch(query(LINK), signal);
    await fetcher.close();
    expect(outcome).toMatchObject({
      kind: "unusual",
      problem: expect.stringContaining("worker.mjs"),
    });
  });

  test("is not given memory that it cannot access", async () => {
    const fetcher = new WorkerFetcher(SETTINGS, new URL("file:///no/such/worker.mjs"));
    const outcome = await fetcher.fetch(query(LINK, new Uint8Array(10)), signal);
    await fetcher.close();
    expect(outcome).toMatchObject({ kind: "unusual", problem: "memory that is not shared" });
  });

  test("does not keep an idle process alive, but one that waits for it", async () => {
    await using store = await StoreServer.start(DATA);
    await using dir = await tempDir();
    const script = dir.join("script.mts");
    const source = fileURLToPath(new URL("../../../../src/api/content/worker/", import.meta.url));
    await writeFile(
      script,
      `import { WorkerFetcher } from ${JSON.stringify(`${source}worker-fetcher.ts`)};
       const fetcher = new WorkerFetcher(${JSON.stringify(SETTINGS)});
       const into = [new Uint8Array(new SharedArrayBuffer(10))];
       const query = { link: new URL(${JSON.stringify(store.link().href)}), range: { start: 0, end: 10 },
         sizeBytes: 10, into, expectedEtag: undefined, timeoutMs: 5000, attempt: 1 };
       const { kind } = await fetcher.fetch(query, new AbortController().signal);
       console.log(kind, Buffer.concat(into).toString());`,
    );
    const tsx = fileURLToPath(import.meta.resolve("tsx/cli"));
    const { stdout } = await promisify(execFile)(process.execPath, [tsx, script]);
    expect(stdout.trim()).toBe("taken 0123456789");
  });

  test("replaces a broken connection for the next in line", async () => {
    await using store = await StoreServer.start(DATA);
    const fetcher = new WorkerFetcher({ ...SETTINGS, connections: 1 });
    store.next(silent);
    const first = { ...query(store.link()), timeoutMs: 100 };
    const outcomes = await Promise.all([
      fetcher.fetch(first, signal),
      fetcher.fetch(query(store.link()), signal),
    ]);
    await fetcher.close();
    expect(outcomes).toMatchObject([{ kind: "broken", reason: "timeout" }, { kind: "taken" }]);
  });
});
