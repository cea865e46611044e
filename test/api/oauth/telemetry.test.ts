import { pino } from "pino";
import { expect, test } from "vitest";
import { OAuth } from "../../../src/index.ts";
import { scriptedApi } from "../../helpers/scripted-api.ts";

test("a sign-in is logged without code, secret or token", async () => {
  await using api = await scriptedApi(() => ({ body: { access_token: "t0ken", token_type: "b" } }));
  const lines: string[] = [];
  // One that hides nothing by itself.
  const logger = pino({ level: "debug" }, { write: (line) => void lines.push(line) });
  const app = { clientId: "some-app", clientSecret: "s3cret" };
  await using oauth = new OAuth({ apiServer: api.origin, ...app, environment: {}, logger });
  const grant = await oauth.exchangeCode("c0de", "http://localhost/");
  expect(grant.accessToken).toBe("t0ken");
  await oauth.triggeredAppSession("40").catch(() => {});
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { target: "api", method: "POST", path: "/v1pre3/oauthv2/token", status: 200 },
    { target: "api", method: "GET", path: "/v1pre3/appsessions/40", status: 200 },
  ]);
  const basic = Buffer.from("some-app:s3cret").toString("base64");
  for (const secret of ["c0de", "s3cret", "t0ken", basic]) {
    expect(lines.join("")).not.toContain(secret);
  }
});
