import { expect, test } from "vitest";
import { exchangeCode } from "../../src/emulator/access/authorizations.ts";
import { noJournal } from "../../src/emulator/state/journal.ts";
import { State } from "../../src/emulator/state/state.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const LAB = { clientKey: "aa".repeat(16), clientSecret: "bb".repeat(16) };
const BACK = "https://lab.example/back";

async function startLab(clock: FakeClock, dataDir?: string): Promise<TestEmulator> {
  const properties = [{ name: "Input.Runs", type: "run[]", items: ["v1pre3/runs/50"] }];
  return await startTestEmulator(
    {
      applications: [{ id: "90", name: "Lab", ...LAB, redirectUri: BACK }],
      appSessions: [
        { id: "40", name: "waits", application: "90", status: "Running", properties },
        { id: "41", name: "ended", application: "90" },
        { id: "42", name: "also waits", application: "90", status: "Running" },
      ],
      runs: [{ id: "50", name: "r" }],
    },
    { clock, ...(dataDir === undefined ? {} : { dataDir }) },
  );
}

async function codeOf({ apiServer }: TestEmulator, session: string): Promise<string> {
  const basic = Buffer.from(`${LAB.clientKey}:${LAB.clientSecret}`).toString("base64");
  const headers = { authorization: `Basic ${basic}` };
  const response = await fetch(`${apiServer}/v1pre3/appsessions/${session}`, { headers });
  const { Response } = (await response.json()) as { Response: { AuthorizationCode: string } };
  return Response.AuthorizationCode;
}

async function exchange(
  { apiServer }: TestEmulator,
  fields: Readonly<Record<string, string>>,
): Promise<{ readonly access_token?: string; readonly error?: string }> {
  const app = { client_id: LAB.clientKey, client_secret: LAB.clientSecret };
  const body = new URLSearchParams({ ...app, ...fields });
  const response = await fetch(`${apiServer}/v1pre3/oauthv2/token`, { method: "POST", body });
  return (await response.json()) as { access_token?: string; error?: string };
}

test("a running session has a code for its app, an ended one has none", async () => {
  await using emulator = await startLab(new FakeClock());
  const code = await codeOf(emulator, "40");
  expect(code).toMatch(/^[0-9a-f]{32}$/);
  expect(await codeOf(emulator, "40")).toBe(code);
  expect(await codeOf(emulator, "42")).not.toBe(code);
  expect(await codeOf(emulator, "41")).toBe("");
  const response = await emulator.get("appsessions/40");
  expect(await response.json()).toMatchObject({ Response: { AuthorizationCode: "" } });
});

test("the code of a session expires after half an hour, and there is a new one", async () => {
  const clock = new FakeClock();
  await using emulator = await startLab(clock);
  const code = await codeOf(emulator, "40");
  clock.advance(1800_000);
  const grant = { grant_type: "authorization_code", redirect_uri: BACK };
  expect(await exchange(emulator, { ...grant, code })).toMatchObject({ error: "invalid_grant" });
  const fresh = await codeOf(emulator, "40");
  expect(fresh).not.toBe(code);
  const { access_token = "" } = await exchange(emulator, { ...grant, code: fresh });
  expect(access_token).toMatch(/^[0-9a-f]{32}$/);
  expect(await codeOf(emulator, "40")).toBe("");
});

test("the token of a session can read the inputs and change only this session", async () => {
  await using emulator = await startLab(new FakeClock());
  const grant = { grant_type: "authorization_code", redirect_uri: BACK };
  const code = await codeOf(emulator, "40");
  const { access_token = "" } = await exchange(emulator, { ...grant, code });
  const headers = { authorization: `Bearer ${access_token}` };
  const status = async (path: string, init: RequestInit = {}): Promise<number> =>
    (await emulator.get(path, { ...init, headers })).status;
  expect(await status("runs/50")).toBe(200);
  expect(await status("appsessions/40")).toBe(200);
  expect(await status("appsessions/42")).toBe(403);
  const body = JSON.stringify({ status: "complete" });
  expect(await status("appsessions/42", { method: "POST", body })).toBe(403);
  expect(await status("appsessions/40", { method: "POST", body })).toBe(200);
});

test("the code of a session is not a device code", async () => {
  await using emulator = await startLab(new FakeClock());
  const code = await codeOf(emulator, "40");
  expect(await exchange(emulator, { grant_type: "device", code })).toMatchObject({
    error: "invalid_grant",
  });
});

test("concurrent requests get the same code of a session", async () => {
  await using folder = await tempDir();
  await using emulator = await startLab(new FakeClock(), folder.path);
  const codes = await Promise.all(Array.from({ length: 30 }, () => codeOf(emulator, "40")));
  expect(new Set(codes).size).toBe(1);
});

test("a session gets one token, even if there are several codes for it", async () => {
  const state = new State(noJournal);
  const application = { ...LAB, id: "90" };
  await state.transact((transaction) => {
    for (const id of ["first", "second"]) {
      const known = { applicationId: "90", scopes: [], userId: "1", appSessionId: "40" } as const;
      transaction.put("authorizations", { ...known, id, decision: "approved", expiresMs: 1 });
    }
  });
  const given = { application, redirectUri: BACK, nowMs: 0 };
  await exchangeCode(state, { ...given, code: "first" });
  await expect(exchangeCode(state, { ...given, code: "second" })).rejects.toThrow(/unknown/);
});
