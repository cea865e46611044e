import { createHash } from "node:crypto";
import { pino } from "pino";
import { expect } from "vitest";
import { BaseSpace } from "../../src/index.ts";
import type { Raw } from "../../src/index.ts";
import { decodeAppResult } from "../../src/api/models/app-result.ts";
import { decodeAppSession } from "../../src/api/models/app-session.ts";
import { decodeFile } from "../../src/api/models/file.ts";
import type { Decode } from "../../src/api/models/parse.ts";
import { decodeProject } from "../../src/api/models/project.ts";
import { decodeRun } from "../../src/api/models/run.ts";
import { decodeSample } from "../../src/api/models/sample.ts";
import { decodeUser } from "../../src/api/models/user.ts";
import { errors, INPUT_SAMPLE, refused } from "./expectations.ts";
import { later, type Row, row, rows } from "./row.ts";
import { BAM, CALLS, PROJECT, RESULT, RUN, SAMPLE, SESSION, VCF, type World } from "./world.ts";

async function session(w: World): Promise<void> {
  const session = await w.basespace.appSessions.get(SESSION);
  expect(session.id).toBe(SESSION);
  expect(session.properties?.map(({ name }) => name)).toContain("Input.note");
  expect(session.references).toMatchObject([INPUT_SAMPLE]);
}

interface Model {
  readonly get: (world: World) => Promise<{ readonly raw: Raw }>;
  readonly decode: Decode<{ readonly raw: Raw }>;
}

const MODELS: Readonly<Record<string, Model>> = {
  Project: { get: async (w) => await w.basespace.projects.get(PROJECT), decode: decodeProject },
  Sample: { get: async (w) => await w.basespace.samples.get(SAMPLE), decode: decodeSample },
  AppResult: {
    get: async (w) => await w.basespace.appResults.get(RESULT),
    decode: decodeAppResult,
  },
  Run: { get: async (w) => await w.basespace.runs.get(RUN), decode: decodeRun },
  File: { get: async (w) => await w.basespace.files.get(VCF), decode: decodeFile },
  User: { get: async (w) => await w.basespace.users.current(), decode: decodeUser },
  AppSession: {
    get: async (w) => await w.basespace.appSessions.get(SESSION),
    decode: decodeAppSession,
  },
  AppSessionSemiCompact: {
    get: async (w) => (await w.openResult()).appSession,
    decode: decodeAppSession,
  },
};

/** Errors, parameters, and what hangs on the models. */
export const AROUND: readonly Row[] = [
  row("BaseSpaceAPI.__init__", "new BaseSpace({ apiServer, accessToken })", async (w) => {
    const { apiServer, accessToken } = w.emulator;
    await using basespace = new BaseSpace({ apiServer, accessToken, environment: {} });
    expect((await basespace.projects.get(PROJECT)).id).toBe(PROJECT);
    await using nobody = new BaseSpace({ apiServer, accessToken: "0".repeat(32), environment: {} });
    await expect(nobody.projects.get(PROJECT)).rejects.toMatchObject({ reason: "not-signed-in" });
  }),
  ...rows(
    [
      "BaseSpaceAPI.__deserializeAppSessionResponse__",
      "BaseSpaceAPI.__deserializeObject__",
      "AppSession.__deserializeReferences__",
      "AppSessionLaunchObject.__deserializeObject__",
      "APIClient.deserialize",
      "ListResponse._convertToObjectList",
    ],
    "responses are decoded and typed; `raw` has every field",
    async (w) => {
      await session(w);
      const project = await w.basespace.projects.get(PROJECT);
      expect(project.raw["HrefBaseSpaceUI"]).toEqual(expect.stringContaining("/project/"));
      expect(typeof project.id).toBe("string");
      expect(project.dateCreated).toBeInstanceOf(Date);
    },
  ),
  ...rows(
    [
      "BaseSpaceAPI._validateQueryParameters",
      "QueryParameters.getParameterDict",
      "QueryParameters.validate",
    ],
    "each list's own typed parameters, refused before anything is sent",
    refused,
  ),
  ...rows(
    ["BaseAPI.__singleRequest__", "APIClient.callAPI", "APIClient.__init__", "BaseAPI.__init__"],
    "methods by noun; errors are ApiError with reason, status, errorCode, requestId",
    errors,
  ),
  row(
    "BaseAPI.__listRequest__",
    "for await (const item of list), list.all(), list.page()",
    async (w) => {
      const list = w.basespace.projects.appResults(PROJECT);
      const all = await list.all({ pageSize: 2 });
      const seen: string[] = [];
      for await (const { id } of list) seen.push(id);
      expect(seen).toEqual(all.map(({ id }) => id));
      const page = await list.page({ offset: 1, limit: 1 });
      expect(page.items.map(({ id }) => id)).toEqual(seen.slice(1, 2));
    },
  ),
  row("APIClient.__putCall__", "basespace.uploads.part(…)", async (w) => {
    const { id } = await w.openResult();
    const fileId = await w.basespace.uploads.begin({ appResultId: id, path: "f" });
    const etag = await w.basespace.uploads.part({ fileId, number: 1 }, { bytes: Buffer.from("x") });
    expect(etag).toBe(createHash("md5").update("x").digest("hex"));
    await w.basespace.uploads.abort(fileId);
  }),
  ...rows(
    ["BaseAPI.getTimeout", "BaseAPI.setTimeout"],
    "the option `timeoutMs`, of the client and of each call",
    async (w) => {
      w.emulator.addFaults("GET /users/current drop-answer");
      const { apiServer, accessToken } = w.emulator;
      const options = { apiServer, accessToken, retry: { attempts: 1 }, environment: {} };
      await using patient = new BaseSpace(options);
      const byCall = patient.users.current({ timeoutMs: 200 });
      await expect(byCall).rejects.toMatchObject({ reason: "timeout" });
      await using hasty = new BaseSpace({ ...options, timeoutMs: 200 });
      await expect(hasty.users.current()).rejects.toMatchObject({ reason: "timeout" });
      w.emulator.clearFaults();
    },
  ),
  row("BaseAPI.__json_print__", "the option `logger`, at level debug; `raw`", async (w) => {
    const lines: string[] = [];
    // A filter of the caller hides nothing: a secret must not be given to it in the first place.
    const logger = pino({ level: "debug" }, { write: (line) => void lines.push(line) });
    const { apiServer, accessToken } = w.emulator;
    await using basespace = new BaseSpace({ apiServer, accessToken, logger, environment: {} });
    const { raw } = await basespace.projects.get(PROJECT);
    expect(JSON.stringify(raw, null, 4)).toContain('"HrefSamples"');
    expect(lines.join("")).toContain(`/v1pre3/projects/${PROJECT}`);
    expect(lines.join("")).not.toMatch(new RegExp(`${accessToken}|authorization`, "i"));
  }),
  ...Object.entries(MODELS).map(([name, { get, decode }]) =>
    row(`${name}.isInit`, "none: there is no resource without its Id", async (w) => {
      const { raw } = await get(w);
      expect(decode(raw, "").raw).toBe(raw);
      const { Id: _left, ...rest } = raw;
      expect(() => decode(rest, "")).toThrow(/Id/);
    }),
  ),
  ...rows(
    ["File.isValidFileOption", "Exceptions.WrongFiletypeException"],
    "`file.hrefCoverage` and `file.hrefVariants`, absent where there is nothing to show",
    async (w) => {
      const file = await w.basespace.files.get(VCF);
      expect(file.hrefCoverage ?? file.hrefVariants).toBe(undefined);
      const bam = await w.basespace.files.get(BAM);
      expect(bam.hrefCoverage).toBe(`v1pre3/coverage/${BAM}`);
      const calls = await w.basespace.files.get(CALLS);
      expect(calls.hrefVariants).toBe(`v1pre3/variantset/${CALLS}`);
    },
  ),
  ...[
    "BillingAPI.__init__",
    "BillingAPI.createPurchase",
    "BillingAPI.getPurchaseById",
    "BillingAPI.getUserProducts",
    "BillingAPI.refundPurchase",
    "QueryParametersPurchasedProduct.getParameterDict",
    "QueryParametersPurchasedProduct.validate",
  ].map(later),
];
