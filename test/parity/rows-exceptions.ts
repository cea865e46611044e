import { stat } from "node:fs/promises";
import { expect } from "vitest";
import { accessScope, BaseSpace, LaunchSpecification, MountedEntity } from "../../src/index.ts";
import type { NewStatus } from "../../src/index.ts";
import { resolveConfig } from "../../src/config/config.ts";
import { type Row, row, rows } from "./row.ts";
import { errors, missing, refused } from "./expectations.ts";
import { OPEN, PROJECT, SESSION, VCF, type World } from "./world.ts";

const FIVE_MIB = 5 * 1024 * 1024;

async function noCredentials(w: World): Promise<void> {
  const nobody = { home: w.dir.join("nobody"), uid: 0, gid: 0, variables: {} };
  await expect(resolveConfig({}, nobody)).rejects.toMatchObject({ reason: "not-signed-in" });
}

async function badSignIn(w: World): Promise<void> {
  const asked = w.oauth.startDevice(["conquer global"]);
  await expect(asked).rejects.toMatchObject({ name: "OAuthError", failure: "invalid-scope" });
}

/** What the exceptions of BaseSpacePy became: one error with a `reason`, and its kinds. */
export const EXCEPTIONS: readonly Row[] = [
  ...rows(
    [
      "Exceptions.UndefinedParameterException",
      "Exceptions.UnknownParameterException",
      "Exceptions.IllegalParameterException",
      "Exceptions.QueryParameterException",
    ],
    "BsmountError, reason `usage`, before anything is sent",
    refused,
  ),
  ...rows(
    ["Exceptions.ServerResponseException", "Exceptions.RestMethodException"],
    "ApiError: reason, status, errorCode, requestId",
    errors,
  ),
  row("Exceptions.ModelNotInitializedException", "none: see isInit", async (w) => {
    expect((await w.basespace.projects.get(PROJECT)).id).toBe(PROJECT);
  }),
  row("Exceptions.ByteRangeException", "BsmountError, reason `usage`", async (w) => {
    const { download } = w.basespace.transfers;
    await expect(download.read(VCF, { range: { start: 9, end: 5 } })).rejects.toMatchObject({
      reason: "usage",
    });
  }),
  row(
    "Exceptions.MultiProcessingTaskFailedException",
    "the error of the part that failed",
    async (w) => {
      w.emulator.addFaults("PUT /files/*/parts/1 n=1 status=400");
      const destination = { appResultId: OPEN, path: "fails" };
      const bytes = Buffer.alloc(26_000_000);
      const upload = w.basespace.transfers.upload(destination, bytes, { partBytes: FIVE_MIB });
      await expect(upload).rejects.toMatchObject({
        status: 400,
        method: "PUT",
        path: expect.stringMatching(/\/parts\/1$/) as string,
      });
    },
  ),
  row("Exceptions.UploadPartSizeException", "BsmountError, reason `usage`", async (w) => {
    const destination = { appResultId: OPEN, path: "fails" };
    const bytes = Buffer.alloc(2);
    await expect(
      w.basespace.transfers.upload(destination, bytes, { partBytes: 1 }),
    ).rejects.toMatchObject({ reason: "usage" });
  }),
  row("Exceptions.CredentialsException", "BsmountError, reason `not-signed-in`", noCredentials),
  row("Exceptions.AppSessionException", "BsmountError, reason `usage`", async (w) => {
    const change = { status: "Finished" } as unknown as NewStatus;
    await expect(w.basespace.appSessions.setStatus(SESSION, change)).rejects.toMatchObject({
      reason: "usage",
    });
  }),
  row("Exceptions.ModelNotSupportedException", "BsmountError, reason `usage`", async (w) => {
    const file = await w.basespace.files.get(VCF);
    expect(() => accessScope(file)).toThrow(expect.objectContaining({ reason: "usage" }));
  }),
  ...rows(
    [
      "Exceptions.OAuthException",
      "Exceptions.AuthenticationException",
      "Exceptions.AuthenticationScopeException",
    ],
    "OAuthError: failure says why",
    badSignIn,
  ),
  row(
    "Exceptions.DownloadFailedException",
    "ApiError, and no file that is not whole",
    async (w) => {
      const { apiServer, accessToken } = w.emulator;
      const retry = { attempts: 1 };
      await using once = new BaseSpace({ apiServer, accessToken, retry, environment: {} });
      w.emulator.addFaults("GET /objects/* truncate");
      const target = w.dir.join("cut");
      await expect(once.transfers.download.toFile(VCF, target)).rejects.toMatchObject({
        reason: "unavailable",
      });
      await expect(stat(target)).rejects.toMatchObject({ code: "ENOENT" });
      w.emulator.clearFaults();
    },
  ),
  row(
    "Exceptions.BaseMountInterfaceException",
    "BsmountError, reason `usage`; on the mount its errno, ENOENT for a name that is not there",
    async (w) => {
      await missing(w);
      await expect(MountedEntity.read(w.dir.path)).rejects.toMatchObject({ reason: "usage" });
    },
  ),
  row("Exceptions.LaunchSpecificationException", "BsmountError, reason `usage`", async () => {
    const specification = new LaunchSpecification([{ name: "Input.sample-id", type: "sample" }]);
    expect(() => specification.form({}, { name: "x" })).toThrow(
      expect.objectContaining({
        reason: "usage",
        message: "the launch lacks compulsory inputs: sample-id (sample)",
      }),
    );
  }),
];
