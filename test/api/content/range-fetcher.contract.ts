import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RangeFetcher, RangeQuery } from "../../../src/api/content/range-fetcher.ts";
import { type Certificate, makeCertificate } from "../../helpers/certificate.ts";
import * as behaviours from "../../helpers/store-server.ts";
import { StoreServer } from "../../helpers/store-server.ts";
import { type TempDir, tempDir } from "../../helpers/temp-dir.ts";

const DATA = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7919) >> 3));

interface Setting {
  /** Trusts this certificate. */
  readonly certificateFile: string;
  readonly connections: number;
  readonly connectTimeoutMs: number;
}

export type MakeFetcher = (setting: Setting) => RangeFetcher & AsyncDisposable;

/** What every RangeFetcher does, over http and https. */
export function describeRangeFetcher(name: string, make: MakeFetcher): void {
  let dir: TempDir;
  let certificate: Certificate;
  beforeAll(async () => {
    dir = await tempDir();
    certificate = await makeCertificate(dir);
  });
  afterAll(async () => await dir[Symbol.asyncDispose]());

  describe.each(["http", "https"])(`${name} over %s`, (protocol) => {
    let store: StoreServer;
    let fetcher: RangeFetcher & AsyncDisposable;
    beforeAll(async () => {
      store = await StoreServer.start(DATA, protocol === "https" ? certificate : undefined);
      fetcher = make({ certificateFile: certificate.file, connections: 4, connectTimeoutMs: 5000 });
    });
    afterAll(async () => {
      await fetcher[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    });

    beforeEach(() => store.reset());

    function query(start: number, end: number, changes: Partial<RangeQuery> = {}): RangeQuery {
      const half = Math.ceil((end - start) / 2);
      return {
        link: store.link(),
        range: { start, end },
        sizeBytes: DATA.length,
        into: [sharedBytes(half), sharedBytes(end - start - half)],
        expectedEtag: store.etag,
        timeoutMs: 5000,
        attempt: 1,
        ...changes,
      };
    }

    async function fetch(asked: RangeQuery): ReturnType<RangeFetcher["fetch"]> {
      return await fetcher.fetch(asked, signalOfNobody());
    }

    async function expectTaken(asked: RangeQuery): Promise<void> {
      const { kind } = await fetch(asked);
      expect(kind).toBe("taken");
      const { start, end } = asked.range;
      expect(Buffer.concat(asked.into).equals(DATA.subarray(start, end))).toBe(true);
    }

    test.each([
      [0, 1],
      [0, 300_000],
      [299_999, 300_000],
      [65_535, 131_073],
    ])("takes bytes %i to %i into several pieces of memory", async (start, end) => {
      await expectTaken(query(start, end));
    });

    test("returns the version without its quotes", async () => {
      const asked = query(0, 10, { expectedEtag: undefined });
      expect(await fetch(asked)).toEqual({ kind: "taken", status: 206, etag: store.etag });
    });

    test("sends the link as it is, the range, and no credentials", async () => {
      await expectTaken(query(10, 20));
      const [request] = store.received;
      expect(request?.url).toBe("/0123/data.bin?Signature=secret%3D");
      expect(request?.headers).toMatchObject({
        host: store.link().host,
        range: "bytes=10-19",
        "accept-encoding": "identity",
        "user-agent": "bsmount/test",
      });
      expect(request?.headers).not.toHaveProperty("authorization");
      expect(request?.headers).not.toHaveProperty("x-access-token");
    });

    test("runs many ranges at once on a few connections, each in its own memory", async () => {
      const before = store.connections;
      const asked = Array.from({ length: 60 }, (_, index) =>
        query(index * 5000, (index + 1) * 5000),
      );
      await Promise.all(asked.map(expectTaken));
      expect(store.connections - before).toBeLessThanOrEqual(4);
    });

    test("uses a connection again", async () => {
      await expectTaken(query(0, 10));
      const before = store.connections;
      for (let round = 0; round < 5; round += 1) await expectTaken(query(0, 10));
      expect(store.connections).toBe(before);
    });

    test("continues after the server has closed idle connections", async () => {
      await expectTaken(query(0, 10));
      store.closeIdle();
      // The news of the close may arrive after the next request has left: that is a broken attempt.
      const { kind } = await fetch(query(0, 10));
      expect(["taken", "broken"]).toContain(kind);
      await expectTaken(query(10, 20));
    });

    test("continues after a response that was the last of its connection", async () => {
      store.next(behaviours.lastOfConnection);
      await expectTaken(query(0, 1000));
      await expectTaken(query(1000, 2000));
    });

    test.each([
      ["chunked", behaviours.chunked],
      ["crumbs", behaviours.crumbs],
    ])("takes a response in pieces: %s", async (_name, behaviour) => {
      store.next(behaviour, behaviour);
      await expectTaken(query(5, 505));
    });

    test("takes the whole file for a range that is the whole file", async () => {
      store.next(behaviours.wholeFile, behaviours.wholeFile);
      await expectTaken(query(0, DATA.length));
    });

    test.each([
      ["short", behaviours.short, "broken"],
      ["resetMidBody", behaviours.resetMidBody, "broken"],
      ["notHttp", behaviours.notHttp, "broken"],
      ["endlessHead", behaviours.endlessHead, "broken"],
      ["long", behaviours.long, "invalid"],
      ["otherRange", behaviours.otherRange, "invalid"],
      ["encoded", behaviours.encoded, "invalid"],
      ["wholeFile", behaviours.wholeFile, "invalid"],
      ["otherTotal", behaviours.otherTotal, "changed"],
      ["otherEtag", behaviours.otherEtag, "changed"],
    ] as const)("does not take a response that is %s", async (_name, behaviour, kind) => {
      store.next(behaviour, behaviour);
      const asked = query(100, 200_100);
      expect(await fetch(asked)).toMatchObject({ kind });
      store.reset();
      await expectTaken(query(0, 100));
    });

    test("takes no byte from behind the announced end, and not from that connection again", async () => {
      store.next(behaviours.longInSecret);
      await expectTaken(query(0, 1000));
      await expectTaken(query(1000, 2000));
    });

    test.each([
      ["silent", behaviours.silent],
      ["stalled", behaviours.stalled],
    ])("gives up on a server that is %s", async (_name, behaviour) => {
      store.next(behaviour);
      const outcome = await fetch(query(0, 100_000, { timeoutMs: 150 }));
      expect(outcome).toMatchObject({ kind: "broken", reason: "timeout", worthRepeating: true });
    });

    test("returns status, code and Retry-After of a refusal", async () => {
      const busy = behaviours.refuse(503, "SlowDown", { "retry-after": "2" });
      store.next(busy, busy);
      const outcome = await fetch(query(0, 10));
      expect(outcome).toMatchObject({ kind: "refused", status: 503, retryAfter: "2" });
      expect(outcome).toHaveProperty("body", expect.stringContaining("<Code>SlowDown</Code>"));
    });

    test("reports the request id of a response that it does not take", async () => {
      const requestId = "TX0123456789ABCD";
      const identified =
        (behaviour: behaviours.Behaviour): behaviours.Behaviour =>
        (exchange) =>
          behaviour({
            ...exchange,
            headers: { ...exchange.headers, "x-amz-request-id": requestId },
          });
      store.next(identified(behaviours.otherRange));
      expect(await fetch(query(0, 10))).toMatchObject({ kind: "invalid", requestId });
      store.next(identified(behaviours.otherTotal));
      expect(await fetch(query(0, 10))).toMatchObject({ kind: "changed", requestId });
      const refused = behaviours.refuse(503, "SlowDown", { "x-amz-request-id": requestId });
      store.next(refused, refused);
      expect(await fetch(query(0, 10))).toMatchObject({ kind: "refused", requestId });
    });

    test("follows a redirect inside the store, without credentials", async () => {
      const elsewhere = behaviours.redirect(307, store.link("/elsewhere").href);
      store.next(elsewhere, elsewhere);
      await expectTaken(query(0, 100));
      expect(store.received.at(-1)?.url).toBe("/elsewhere");
    });

    test("does not follow redirects for ever", async () => {
      const again = behaviours.redirect(302, store.link().href);
      store.next(again, again, again, again, again);
      expect(await fetch(query(0, 100))).toMatchObject({ kind: "refused", status: 302 });
    });

    test("ends with the caller's reason, and writes nothing afterwards", async () => {
      store.next(behaviours.stalled);
      const asked = query(0, 200_000);
      const controller = new AbortController();
      const fetching = fetcher.fetch(asked, controller.signal);
      await until(() => asked.into[0]?.[1000] === DATA[1000]);
      controller.abort(new Error("enough"));
      await expect(fetching).rejects.toThrow("enough");
      const before = Buffer.concat(asked.into);
      await expectTaken(query(0, 10));
      expect(Buffer.concat(asked.into).equals(before)).toBe(true);
    });

    test("closes the connection of an aborted request", async () => {
      store.next(behaviours.silent);
      const controller = new AbortController();
      const fetching = fetcher.fetch(query(0, 10), controller.signal);
      fetching.catch(() => {});
      await until(() => store.received.length === 1);
      const [request] = store.received;
      controller.abort();
      await expect(fetching).rejects.toThrow("aborted");
      await until(() => request?.socket.destroyed === true);
    });

    test("does not start when the signal has already aborted", async () => {
      const fetching = fetcher.fetch(query(0, 10), AbortSignal.abort(new Error("too late")));
      await expect(fetching).rejects.toThrow("too late");
      expect(store.received).toHaveLength(0);
    });

    test("aborts one of many without harm to the others", async () => {
      store.next(behaviours.silent, behaviours.silent);
      const controllers = Array.from({ length: 2 }, () => new AbortController());
      const doomed = controllers.map(({ signal }) => fetcher.fetch(query(0, 1000), signal));
      await until(() => store.received.length === 2);
      const others = Array.from({ length: 10 }, (_, index) =>
        expectTaken(query(index * 100, index * 100 + 100)),
      );
      await Promise.all(others);
      for (const controller of controllers) controller.abort();
      const ends = await Promise.allSettled(doomed);
      expect(ends.every(({ status }) => status === "rejected")).toBe(true);
    });
  });

  describe(`${name}, wherever`, () => {
    test("does not trust a certificate of unknown origin, and says how to", async () => {
      await using store = await StoreServer.start(DATA, certificate);
      await using fetcher = make({ certificateFile: "", connections: 1, connectTimeoutMs: 5000 });
      const outcome = await fetcher.fetch(oneByte(store.link()), signalOfNobody());
      expect(outcome).toMatchObject({ kind: "broken", worthRepeating: false });
      expect(outcome).toHaveProperty("remedy", expect.stringContaining("NODE_EXTRA_CA_CERTS"));
      expect(store.received).toHaveLength(0);
    });

    test("reports that nothing listens", async () => {
      await using fetcher = make({ certificateFile: "", connections: 1, connectTimeoutMs: 5000 });
      const store = await StoreServer.start(DATA);
      const link = store.link();
      await store[Symbol.asyncDispose]();
      expect(await fetcher.fetch(oneByte(link), signalOfNobody())).toMatchObject({
        kind: "broken",
        reason: "unavailable",
        problem: "the server refuses connections",
      });
    });

    test("ends what is under way when it is closed", async () => {
      await using store = await StoreServer.start(DATA);
      const fetcher = make({ certificateFile: "", connections: 1, connectTimeoutMs: 5000 });
      store.next(behaviours.silent);
      const fetching = [1, 2].map(() => fetcher.fetch(oneByte(store.link()), signalOfNobody()));
      const ends = Promise.allSettled(fetching);
      await until(() => store.received.length === 1);
      await fetcher[Symbol.asyncDispose]();
      for (const end of await ends) {
        expect(end).toMatchObject({ status: "rejected", reason: { reason: "aborted" } });
      }
      await expect(fetcher.fetch(oneByte(store.link()), signalOfNobody())).rejects.toMatchObject({
        reason: "aborted",
      });
    });
  });
}

function oneByte(link: URL): RangeQuery {
  return {
    link,
    range: { start: 0, end: 1 },
    sizeBytes: DATA.length,
    into: [sharedBytes(1)],
    expectedEtag: undefined,
    timeoutMs: 5000,
    attempt: 1,
  };
}

/** A signal to each call: Node warns of many listeners on one. */
function signalOfNobody(): AbortSignal {
  return new AbortController().signal;
}

function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

async function until(condition: () => boolean): Promise<void> {
  await expect.poll(condition, { timeout: 5000, interval: 5 }).toBe(true);
}
