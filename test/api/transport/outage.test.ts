import { type AddressInfo, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace, type BaseSpaceOptions } from "../../../src/api/client.ts";
import { ApiError } from "../../../src/api/transport/errors.ts";
import { Rest } from "../../../src/api/transport/rest.ts";
import { clientSettings } from "../../../src/api/settings.ts";
import type { AppResultId, FileId, ProjectId } from "../../../src/core/ids.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { runOut } from "../../helpers/run-out.ts";
import { envelope, scriptedApi } from "../../helpers/scripted-api.ts";
import { startTestEmulator, type TestEmulator } from "../../helpers/start-test-emulator.ts";

/*
 * A service that is away for seconds or minutes, by a clock of the test's own: what is asked of it meanwhile waits
 * as long as its kind may, and no longer.
 */

const MINUTE = 60_000;
const AWAY = "* * status=503";
const PROJECT = "10" as ProjectId;
const RESULT = "30" as AppResultId;
const bytes = Buffer.from("chr1\t1\t2\n");
const destination = { appResultId: RESULT, path: "out/file" };

let emulator: TestEmulator;
let clock: FakeClock;
let client: BaseSpace;

beforeEach(async () => {
  emulator = await startTestEmulator({
    projects: [
      { id: "10", name: "p", appResults: [{ id: "30", name: "open", status: "Running" }] },
    ],
  });
  clock = new FakeClock();
  client = connect();
  await client.users.current();
});

afterEach(async () => {
  await client.close();
  await emulator.close();
});

function connect(options: Partial<BaseSpaceOptions> = {}): BaseSpace {
  const { apiServer, accessToken } = emulator;
  return new BaseSpace({ apiServer, accessToken, clock, environment: {}, ...options });
}

/** Runs `work` while the service is away for `awayMs` by the clock. Returns how long it took by the clock. */
async function through(awayMs: number, work: () => Promise<unknown>): Promise<number> {
  emulator.addFaults(AWAY);
  void clock.sleep(awayMs, new AbortController().signal).then(() => emulator.clearFaults());
  const working = work();
  const tookMs = await runOut(clock, working);
  await working;
  return tookMs;
}

/** How long `work` continues that has nothing but failures, by the clock. */
async function untilGivenUp(work: () => Promise<unknown>, rules = [AWAY]): Promise<number> {
  emulator.addFaults(...rules);
  const working = work();
  const tookMs = await runOut(clock, working);
  await expect(working).rejects.toMatchObject({ status: 503 });
  return tookMs;
}

const begin = async (): Promise<FileId> => await client.uploads.begin(destination);

async function filesOf(path: string): Promise<number> {
  const files = await client.appResults.files(RESULT).all();
  return files.filter((file) => file.path === path).length;
}

describe("an outage of four minutes", () => {
  test("does not fail the parts of an upload, its end, nor a whole file, and leaves one of each", async () => {
    const fileId = await begin();
    await through(4 * MINUTE, async () => {
      await client.uploads.part({ fileId, number: 1 }, { bytes });
    });
    await through(4 * MINUTE, async () => {
      await client.uploads.complete({ fileId, sizeBytes: bytes.length });
    });
    expect(await filesOf(destination.path)).toBe(1);
    const whole = { ...destination, path: "whole" };
    await through(4 * MINUTE, async () => await client.uploads.whole(whole, { bytes }));
    expect(await filesOf("whole")).toBe(1);
    await through(4 * MINUTE, async () => {
      await client.uploads.begin({ ...destination, path: "begun" });
    });
  }, 60_000);

  test("is not noticed for longer than one pause after it", async () => {
    const fileId = await begin();
    const part = { fileId, number: 1 };
    const tookMs = await through(
      4 * MINUTE,
      async () => await client.uploads.part(part, { bytes }),
    );
    expect(tookMs).toBeLessThanOrEqual(4 * MINUTE + 5000 + 500);
  });

  test("fails a listing within the minute that a mount has for it, with what was wrong", async () => {
    const tookMs = await untilGivenUp(async () => await client.users.projects({}).all());
    expect(tookMs).toBeGreaterThanOrEqual(49_000);
    expect(tookMs).toBeLessThan(MINUTE);
  });
});

describe("a service that stays away", () => {
  test("fails an upload when its time is used up, five minutes by default", async () => {
    const fileId = await begin();
    const part = { fileId, number: 1 };
    const tookMs = await untilGivenUp(async () => await client.uploads.part(part, { bytes }));
    expect(tookMs).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(tookMs).toBeLessThan(5 * MINUTE + 1000);
  });

  test("fails it after `writeDeadlineMs`, and a call after its own `totalMs`", async () => {
    await using hasty = connect({ writeDeadlineMs: 20_000 });
    await runOut(clock, hasty.users.current());
    const fileId = await begin();
    const part = { fileId, number: 1 };
    const ofClient = await untilGivenUp(async () => await hasty.uploads.part(part, { bytes }));
    expect(ofClient).toBeGreaterThanOrEqual(20_000);
    expect(ofClient).toBeLessThan(21_000);
    const options = { totalMs: 3000 };
    const ofCall = await untilGivenUp(
      async () => await hasty.uploads.part(part, { bytes }, options),
    );
    expect(ofCall).toBeLessThan(4000);
  });

  test("leaves what may have been done in doubt when it does not come back", async () => {
    const fileId = await begin();
    await client.uploads.part({ fileId, number: 1 }, { bytes });
    const end = { fileId, sizeBytes: bytes.length };
    emulator.addFaults("POST /files/* n=1 reset-after", AWAY);
    const working = client.uploads.complete(end);
    const tookMs = await runOut(clock, working);
    await expect(working).rejects.toMatchObject({ mayHaveSucceeded: true });
    expect(tookMs).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(tookMs).toBeLessThan(5 * MINUTE + 30_000);
  });

  test("does not make twice what was done before it went away", async () => {
    emulator.addFaults("POST /appresults/*/files n=1 reset-after");
    await through(4 * MINUTE, async () => await client.uploads.whole(destination, { bytes }));
    expect(await filesOf(destination.path)).toBe(1);
  });

  test("is called no more often than the pauses allow", async () => {
    const fileId = await begin();
    emulator.clearRequests();
    const part = { fileId, number: 1 };
    await untilGivenUp(async () => await client.uploads.part(part, { bytes }));
    // A pause is 2.5 seconds on the average.
    expect(emulator.requests.length).toBeGreaterThan(60);
    expect(emulator.requests.length).toBeLessThan(250);
  });

  test("is obeyed when it says when to come again, within the time of the call", async () => {
    const fileId = await begin();
    emulator.clearRequests();
    emulator.addFaults("PUT /files/*/parts/1 n=1 status=503 retry-after=90");
    const part = { fileId, number: 1 };
    const working = client.uploads.part(part, { bytes });
    const tookMs = await runOut(clock, working);
    await working;
    expect(emulator.requests).toHaveLength(2);
    expect(tookMs).toBeGreaterThanOrEqual(90_000);
    expect(tookMs).toBeLessThan(91_000);
  });
});

describe("a service that a call has waited for in vain", () => {
  test("is waited for fifteen seconds by those who come later, until it is back", async () => {
    const fileId = await begin();
    const send = async (number: number): Promise<string> =>
      await client.uploads.part({ fileId, number }, { bytes });
    await untilGivenUp(async () => await send(1));
    for (const number of [2, 3]) {
      const tookMs = await untilGivenUp(async () => await send(number));
      expect(tookMs).toBeGreaterThanOrEqual(15_000);
      expect(tookMs).toBeLessThan(16_000);
    }
    emulator.clearFaults();
    await send(1);
    await through(4 * MINUTE, async () => await send(2));
  });
});

describe("time that an attempt takes", () => {
  test("is not taken from the time for further ones: a slow part that breaks is sent again", async () => {
    const fileId = await begin();
    let isFirst = true;
    await using slow = await scriptedApi(() => {
      if (!isFirst) return envelope({ ETag: "37a7e0b5f4fc2b62f3f0ca6a2a8ba1ec" });
      isFirst = false;
      // As if the body had taken ten minutes.
      clock.advance(10 * MINUTE);
      return { status: 503, body: {} };
    });
    await using other = connect({ apiServer: slow.origin });
    const md5 = "37a7e0b5f4fc2b62f3f0ca6a2a8ba1ec";
    const working = other.uploads.part({ fileId, number: 1 }, { bytes, md5 });
    await runOut(clock, working);
    await expect(working).resolves.toBe(md5);
  });
});

describe("what can never succeed", () => {
  test.each([400, 401, 403, 404, 409, 410])("fails an upload at once: %i", async (status) => {
    const fileId = await begin();
    emulator.clearRequests();
    emulator.addFaults(`* * status=${status}`);
    const working = client.uploads.part({ fileId, number: 1 }, { bytes });
    expect(await runOut(clock, working)).toBe(0);
    await expect(working).rejects.toMatchObject({ status });
    const ending = client.uploads.complete({ fileId, sizeBytes: bytes.length });
    expect(await runOut(clock, ending)).toBe(0);
    await expect(ending).rejects.toMatchObject({ status });
    expect(emulator.requests).toHaveLength(2);
  });
});

describe("a wait for the service", () => {
  test("ends at once when its caller aborts", async () => {
    emulator.addFaults(AWAY);
    const controller = new AbortController();
    const { signal } = controller;
    const working = [
      client.uploads.begin(destination, { signal }),
      client.projects.createAppResult(PROJECT, { name: "n" }, { signal }),
    ];
    for (const one of working) one.catch(() => {});
    await expect.poll(() => clock.sleeping).toBe(working.length);
    controller.abort(new Error("enough"));
    for (const one of working) await expect(one).rejects.toThrow("enough");
    expect(clock.sleeping).toBe(0);
  });

  test("ends at once when the client is closed, however long the service asked to wait", async () => {
    emulator.addFaults("* * status=503 retry-after=200");
    const working = [
      client.uploads.part({ fileId: "1", number: 1 }, { bytes }),
      client.projects.createAppResult(PROJECT, { name: "n" }),
    ];
    for (const one of working) one.catch(() => {});
    await expect.poll(() => clock.sleeping).toBe(working.length);
    await client.close();
    for (const one of working) await expect(one).rejects.toMatchObject({ reason: "aborted" });
  });
});

describe("a server that was never reached", () => {
  test("is waited for fifteen seconds when it refuses connections, and no longer than requested", async () => {
    const apiServer = `http://127.0.0.1:${await freePort()}`;
    await using lost = connect({ apiServer });
    const working = lost.users.current();
    const tookMs = await runOut(clock, working);
    await expect(working).rejects.toMatchObject({ message: expect.stringContaining("refuses") });
    expect(tookMs).toBeGreaterThanOrEqual(15_000);
    expect(tookMs).toBeLessThan(16_000);
    await using hasty = connect({ apiServer, retry: { totalMs: 2000 } });
    expect(await runOut(clock, hasty.users.current())).toBeLessThan(3000);
  });

  test("is not waited for when there is no such host", async () => {
    // No resolver has to be asked about a name that is too long to be one.
    await using lost = connect({ apiServer: `https://${"a".repeat(70)}.invalid` });
    const working = lost.users.current();
    expect(await runOut(clock, working)).toBe(0);
    await expect(working).rejects.toMatchObject({
      message: expect.stringContaining("no such host"),
    });
  });

  test("is another thing than one whose name has vanished with the network", async () => {
    const unknownHost = Object.assign(new Error("getaddrinfo"), { code: "ENOTFOUND" });
    const request = { method: "GET", path: "/" } as const;
    let responses = 0;
    const rest = new Rest({
      send: async () => {
        responses += 1;
        if (responses === 1 || responses > 20)
          return { status: 200, headers: {}, body: Buffer.from("{}") };
        const facts = { ...request, status: 0 };
        throw new ApiError("unavailable", facts, "no such host", { cause: unknownHost });
      },
      userAgent: "test",
      timeoutMs: 1000,
      // With other delays twenty failures could take longer than the limit.
      retry: { ...clientSettings({ clock }).retry, random: () => 0.5 },
    });
    await rest.get("/", {});
    const again = rest.get("/", {});
    await runOut(clock, again);
    expect(await again).toMatchObject({ status: 200 });
  });
});

/** An address without a server. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
