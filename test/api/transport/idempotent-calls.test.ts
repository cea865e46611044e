import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BaseSpace } from "../../../src/api/client.ts";
import {
  called,
  ONCE_ONLY_ACCOUNT,
  idempotentCalls,
  PROJECT,
  RESULT,
  ruleOf,
  sentTo,
} from "../../helpers/idempotent-calls.ts";
import { recordingProxy } from "../../helpers/recording-proxy.ts";
import { scriptedApi } from "../../helpers/scripted-api.ts";
import { startTestEmulator, type TestEmulator } from "../../helpers/start-test-emulator.ts";

/*
 * Calls that must take effect once, and whose response is lost after they took effect: the client searches for the
 * effect before it sends anything again.
 */

const QUICK = { attempts: 4, firstDelayMs: 1, maxDelayMs: 20, totalMs: 20_000 };
const bytes = Buffer.from("chr1\t1\t2\n");

let emulator: TestEmulator;
let client: BaseSpace;
let unique = 0;

beforeAll(async () => {
  emulator = await startTestEmulator(ONCE_ONLY_ACCOUNT);
  const { apiServer, accessToken } = emulator;
  const hasty = { retry: QUICK, environment: {}, timeoutMs: 1500 };
  client = new BaseSpace({ apiServer, accessToken, ...hasty });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

const CALLS = idempotentCalls(
  () => client,
  () => emulator,
);

const FAULTS = ["reset-after", "drop-answer", "reset-before", "status=500", "status=503"];

describe("is done exactly once", () => {
  test.each(
    Object.entries(CALLS).flatMap(([what, call]) =>
      FAULTS.map((fault) => [what, fault, call] as const),
    ),
  )("%s, through %s", async (_what, fault, call) => {
    unique += 1;
    const name = `thing ${unique}`;
    const prepared = (await call.prepare?.(name)) ?? "";
    emulator.clearRequests();
    emulator.addFaults(ruleOf(call, fault));
    await call.run(name, prepared);
    expect(await call.count(name, prepared)).toBe(1);
    const wasDone = fault === "reset-after" || fault === "drop-answer";
    expect(sentTo(emulator, call)).toBeLessThanOrEqual(wasDone ? 1 : 2);
  });
});

describe("a 503 of a gateway", () => {
  test("does not make it twice, although the server behind it had done it", async () => {
    let left = 1;
    const drops = (method: string): boolean => method === "POST" && left-- > 0;
    await using gateway = await recordingProxy(emulator.apiServer, drops);
    const { accessToken } = emulator;
    const apiServer = gateway.origin;
    await using behind = new BaseSpace({ apiServer, accessToken, retry: QUICK, environment: {} });
    emulator.clearRequests();
    await behind.projects.createAppResult(PROJECT, { name: "behind a gateway" });
    expect(left).toBe(0);
    expect(emulator.requests.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(await called(client.projects.appResults(PROJECT), "behind a gateway")).toBe(1);
  });
});

describe("calls of one client", () => {
  test.each(["status=503", "reset-after", "reset-before"])(
    "that make several of one name at once make each of them, through %s",
    async (fault) => {
      unique += 1;
      const name = `many ${unique}`;
      emulator.addFaults(`POST /projects/*/appresults n=3 ${fault}`);
      const made = await Promise.all(
        Array.from({ length: 4 }, async () => {
          return await client.projects.createAppResult(PROJECT, { name });
        }),
      );
      expect(new Set(made.map(({ id }) => id)).size).toBe(4);
      expect(await called(client.projects.appResults(PROJECT), name)).toBe(4);
    },
  );

  test("that upload to one path in parts have an upload each", async () => {
    const destination = { appResultId: RESULT, path: "both/file" };
    emulator.addFaults("POST /appresults/*/files n=1 status=503");
    const begun = await Promise.all([
      client.uploads.begin(destination),
      client.uploads.begin(destination),
    ]);
    emulator.addFaults("POST /appresults/*/files n=1 status=503");
    begun.push(await client.uploads.begin(destination));
    expect(new Set(begun).size).toBe(3);
  });

  test("that begin after an aborted begin and a newer file do not make an older version of that", async () => {
    const destination = { appResultId: RESULT, path: "stray/file" };
    const aborting = new AbortController();
    emulator.addFaults("POST /appresults/*/files n=1 drop-answer");
    const begun = client.uploads.begin(destination, { signal: aborting.signal });
    const pending = async (): Promise<string> =>
      await (await emulator.get(`appresults/${RESULT}/files?Statuses=pending&Limit=100`)).text();
    await expect.poll(pending).toContain('"stray/file"');
    aborting.abort();
    await expect(begun).rejects.toThrow();
    const newer = await client.uploads.whole(destination, { bytes });
    emulator.addFaults("POST /appresults/*/files n=1 status=503");
    const fileId = await client.uploads.begin(destination);
    expect(Number(fileId)).toBeGreaterThan(Number(newer.id));
  });

  test("that begin do not take the upload of another mount, which sends parts to it", async () => {
    const destination = { appResultId: RESULT, path: "two/mounts" };
    const { apiServer, accessToken } = emulator;
    await using other = new BaseSpace({ apiServer, accessToken, environment: {} });
    const others = await other.uploads.begin(destination);
    await other.uploads.part({ fileId: others, number: 1 }, { bytes });
    emulator.addFaults("POST /appresults/*/files n=1 status=503");
    expect(await client.uploads.begin(destination)).not.toBe(others);
  });

  test("that send equal files to one path leave each of them there", async () => {
    const destination = { appResultId: RESULT, path: "equal/file" };
    await client.uploads.whole(destination, { bytes });
    emulator.addFaults("POST /appresults/*/files n=1 reset-before");
    await client.uploads.whole(destination, { bytes });
    const files = await client.appResults.files(RESULT).all();
    expect(files.filter(({ path }) => path === destination.path)).toHaveLength(2);
  });
});

describe("what was not done", () => {
  test("does not count as done: a restore of what was never in the trash", async () => {
    emulator.addFaults("POST /v2/trash/* n=1 status=503");
    await expect(client.trash.restore("nope")).rejects.toMatchObject({ mayHaveSucceeded: true });
  });

  test("does not count as done: a change of which nothing can be seen", async () => {
    const { id } = await client.v2.appSessions.create({ name: "commented" });
    emulator.addFaults("POST /v2/appsessions/* n=1 reset-before");
    const change = { name: "commented", comment: "why" };
    await expect(client.v2.appSessions.update(id, change)).rejects.toMatchObject({
      mayHaveSucceeded: true,
    });
  });
});

describe("a response that cannot be read", () => {
  test.each([
    ["is no JSON", 201, "<html>"],
    ["is of another shape", 201, { Response: { Id: 5 } }],
    ["is an error that no standard names", 520, ""],
  ])("of a call that makes something leaves it in doubt: %s", async (_what, status, body) => {
    await using api = await scriptedApi((request) =>
      request.method === "POST" ? { status, body } : { status: 403, body: "" },
    );
    const apiServer = api.origin;
    await using behind = new BaseSpace({
      apiServer,
      accessToken: "t",
      retry: QUICK,
      environment: {},
    });
    await expect(behind.projects.createAppResult(PROJECT, { name: "n" })).rejects.toMatchObject({
      mayHaveSucceeded: true,
    });
  });

  test("leaves no doubt when the service said no", async () => {
    await using api = await scriptedApi(() => ({
      status: 200,
      body: { ResponseStatus: { ErrorCode: "A.B" } },
    }));
    const apiServer = api.origin;
    await using behind = new BaseSpace({ apiServer, accessToken: "t", environment: {} });
    await expect(behind.projects.createAppResult(PROJECT, { name: "n" })).rejects.toMatchObject({
      mayHaveSucceeded: false,
    });
  });
});

describe("what is in doubt", () => {
  test("is an error that says so, when two of its kind are as new", async () => {
    const name = "twins";
    const { apiServer, accessToken } = emulator;
    await using another = new BaseSpace({ apiServer, accessToken, environment: {} });
    await another.projects.createAppResult(PROJECT, { name });
    emulator.addFaults("POST /projects/*/appresults n=1 reset-after");
    await expect(client.projects.createAppResult(PROJECT, { name })).rejects.toMatchObject({
      mayHaveSucceeded: true,
    });
  });

  test("is an error that says so, when the service cannot be reached", async () => {
    emulator.addFaults("POST /projects/*/appresults n=1 reset-after");
    emulator.addFaults("GET /projects/*/appresults status=403");
    await expect(
      client.projects.createAppResult(PROJECT, { name: "unheard" }),
    ).rejects.toMatchObject({ mayHaveSucceeded: true });
    emulator.clearFaults();
  });

  test("is not sent again: an older one of that name is another one", async () => {
    const other = await client.projects.create("older");
    emulator.addFaults("POST /projects n=1 reset-before");
    expect((await client.projects.create("older")).id).toBe(other.id);
  });

  test("is a deletion of a session: done when the session no longer exists, unclear when it was to be kept", async () => {
    const { appSessions } = client.v2;
    const { id } = await appSessions.create({ name: "short-lived" });
    emulator.addFaults("DELETE /v2/appsessions/* n=1 reset-after");
    await expect(appSessions.delete(id, { keepMetadata: true })).rejects.toMatchObject({
      mayHaveSucceeded: true,
    });
    emulator.addFaults("DELETE /v2/appsessions/* n=1 reset-after");
    expect(await appSessions.delete(id)).toBeUndefined();
    await expect(appSessions.get(id)).rejects.toMatchObject({ reason: "not-found" });
  });

  test("is not sent again when it throws away what is in the trash: more may be in it by then", async () => {
    emulator.clearRequests();
    emulator.addFaults("DELETE /v2/trash n=1 reset-after");
    await expect(client.trash.empty()).rejects.toMatchObject({ mayHaveSucceeded: true });
    const sent = emulator.requests.filter(({ method }) => method === "DELETE");
    expect(sent).toHaveLength(1);
  });
});
