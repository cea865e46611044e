import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ReadyLine } from "../../src/emulator/ready-line.ts";
import { anonymousBytes } from "../helpers/anonymous-memory.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { spawnEmulator } from "./spawn-emulator.ts";

const MB = 1_000_000;
const MIB = 1024 * 1024;

interface UploadedFile {
  readonly Response: Readonly<Record<string, unknown>> & { readonly Id: string };
  readonly ResponseStatus: Readonly<Record<string, unknown>>;
}

async function post(
  { apiServer, accessToken }: Pick<ReadyLine, "apiServer" | "accessToken">,
  path: string,
  body: RequestInit["body"],
): Promise<{ readonly status: number; readonly body: UploadedFile }> {
  const headers = { "x-access-token": accessToken };
  const init: RequestInit = { method: "POST", headers, duplex: "half", ...(body ? { body } : {}) };
  const response = await fetch(`${apiServer}/v1pre3/${path}`, init);
  return { status: response.status, body: (await response.json()) as UploadedFile };
}

/** Returns the peak memory of a process while `work` runs. */
async function peakDuring(pid: number, work: Promise<unknown>): Promise<number> {
  const ended = new AbortController();
  const ending = work.finally(() => ended.abort());
  let peak = 0;
  while (!ended.signal.aborted) {
    peak = Math.max(peak, await anonymousBytes(pid));
    await delay(5);
  }
  await ending;
  return peak;
}

describe("an upload in one piece", () => {
  it("of 100 MB is written to the data folder as it arrives, and not kept in memory", async () => {
    await using folder = await tempDir();
    const { child, ready } = await spawnEmulator(folder.join("data"));
    try {
      const project = await post(ready, "projects", "name=p");
      const results = `projects/${project.body.Response.Id}/appresults`;
      const { Id } = (await post(ready, results, "name=r")).body.Response;
      const bytes = Buffer.alloc(100 * MB, "bsmount ");
      const before = await anonymousBytes(ready.pid);
      const sending = post(ready, `appresults/${Id}/files?name=big.bam`, bytes);
      const peak = await peakDuring(ready.pid, sending);
      const { status, body } = await sending;
      expect([status, body.Response]).toMatchObject([
        201,
        { Size: bytes.length, ETag: createHash("md5").update(bytes).digest("hex") },
      ]);
      expect(peak - before).toBeLessThan(bytes.length / 2);
    } finally {
      child.kill("SIGKILL");
    }
  });

  const catalog = {
    projects: [{ id: "1", name: "p", appResults: [{ id: "30", name: "r", status: "Running" }] }],
  } as const;
  const path = "appresults/30/files?name=f";
  const refusal = {
    status: 413,
    body: { ResponseStatus: { ErrorCode: "BASESPACE.FILES.TOO_LARGE" } },
  };

  it("over 128 MiB is refused before it has arrived", async () => {
    await using emulator = await startTestEmulator(catalog);
    const request = httpRequest(`${emulator.apiServer}/v1pre3/${path}`, {
      method: "POST",
      headers: { "x-access-token": emulator.accessToken, "content-length": 128 * MIB + 1 },
    });
    request.on("error", () => {});
    request.flushHeaders();
    const [response] = (await once(request, "response")) as [IncomingMessage];
    expect(response.statusCode).toBe(413);
    expect(String(await response.setEncoding("utf8").toArray())).toContain(
      `may have at most ${128 * MIB} bytes; upload bigger files in parts`,
    );
    request.destroy();
  });

  it("of unknown length is refused at the limit, and the connection stays usable", async () => {
    await using folder = await tempDir();
    const options = { dataDir: folder.join("data"), maxSingleBytes: MIB };
    await using emulator = await startTestEmulator(catalog, options);
    const body = (sizes: readonly number[]): ReadableStream<Uint8Array> =>
      ReadableStream.from(sizes.map((size) => new Uint8Array(size)));
    expect(await post(emulator, path, body([MIB, 1]))).toMatchObject(refusal);
    expect(await post(emulator, path, Buffer.alloc(MIB + 1))).toMatchObject(refusal);
    const made = await post(emulator, path, body([MIB / 2, MIB / 2]));
    expect([made.status, made.body.Response["Size"]]).toEqual([201, MIB]);
    const list = await (await emulator.get("appresults/30/files")).json();
    expect(list).toMatchObject({ Response: { TotalCount: 1 } });
  });
});
