import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BaseSpace } from "../../../src/api/client.ts";
import {
  ONCE_ONLY_ACCOUNT,
  idempotentCalls,
  PROJECT,
  ruleOf,
  sentTo,
} from "../../helpers/idempotent-calls.ts";
import { startTestEmulator, type TestEmulator } from "../../helpers/start-test-emulator.ts";

/*
 * The connection is lost, and the service still works on what it was asked: a look that comes too early finds
 * nothing, and sending again would do it twice.
 */
let emulator: TestEmulator;
let client: BaseSpace;
let unique = 0;

beforeAll(async () => {
  emulator = await startTestEmulator(ONCE_ONLY_ACCOUNT);
  client = patientClient({ settleMs: 15_000 });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

/** Searches at least ten times a second, for `settleMs`. */
function patientClient({ settleMs }: { readonly settleMs: number }): BaseSpace {
  const { apiServer, accessToken } = emulator;
  const retry = { firstDelayMs: 10, maxDelayMs: 100, totalMs: 60_000 };
  return new BaseSpace({ apiServer, accessToken, retry, settleMs, environment: {} });
}

const CALLS = idempotentCalls(
  () => client,
  () => emulator,
);

describe("what the service still works on when the connection is lost", () => {
  test.each(Object.entries(CALLS))("is waited for and not done again: %s", async (_what, call) => {
    unique += 1;
    const name = `thing ${unique}`;
    const prepared = (await call.prepare?.(name)) ?? "";
    emulator.clearRequests();
    emulator.addFaults(ruleOf(call, "late=250ms"));
    await call.run(name, prepared);
    expect(await call.count(name, prepared)).toBe(1);
    expect(sentTo(emulator, call)).toBe(1);
  });

  test("is sent again when it has had no effect by the end of that time, and not before", async () => {
    await using impatient = patientClient({ settleMs: 600 });
    emulator.clearRequests();
    emulator.addFaults("POST /projects/*/appresults n=1 reset-before");
    const startedAt = Date.now();
    await impatient.projects.createAppResult(PROJECT, { name: "sent again" });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(590);
    const methods = emulator.requests.map(({ method }) => method);
    const looks = methods.lastIndexOf("POST") - methods.indexOf("POST") - 1;
    expect(methods.filter((method) => method === "POST")).toHaveLength(2);
    expect(looks).toBeGreaterThan(1);
    // Pauses of 50 milliseconds on the average lie between them.
    expect(looks).toBeLessThan(60);
  });

  test.each([
    ["a final status", "POST /appsessions/*"],
    ["a change of a session of v2", "POST /v2/appsessions/*"],
  ])(
    "counts as done when it is the reason why the second one is refused: %s",
    async (what, rule) => {
      const call = CALLS[what];
      if (call?.prepare === undefined) throw new Error(`there is no call ${what}`);
      unique += 1;
      const name = `thing ${unique}`;
      const prepared = await call.prepare(name);
      emulator.addFaults(`${rule} n=1 late=300ms`, `${rule} n=1 delay=900ms`);
      const patient = client;
      await using impatient = patientClient({ settleMs: 50 });
      client = impatient;
      try {
        await call.run(name, prepared);
      } finally {
        client = patient;
      }
      expect(await call.count(name, prepared)).toBe(1);
    },
  );

  test("ends with the caller's reason, while its effect is searched for", async () => {
    emulator.clearRequests();
    emulator.addFaults("POST /projects/*/appresults n=1 reset-before");
    const controller = new AbortController();
    const { signal } = controller;
    const making = client.projects.createAppResult(PROJECT, { name: "given up" }, { signal });
    making.catch(() => {});
    const looks = (): number => emulator.requests.filter(({ method }) => method === "GET").length;
    await expect.poll(looks).toBeGreaterThan(0);
    controller.abort(new Error("enough"));
    await expect(making).rejects.toThrow("enough");
  });
});
