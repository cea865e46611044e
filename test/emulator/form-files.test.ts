import { readdir, stat } from "node:fs/promises";
import { expect, test, vi } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { ask, CATALOG, list } from "../helpers/v2-account.ts";

const MIB = 1024 * 1024;
const DISPOSITION = "Content-Disposition: form-data";
const NAMED = [`${DISPOSITION}; name="file"; filename="a"`];

async function makeFolder(emulator: TestEmulator): Promise<string> {
  const made = await ask(emulator, "POST datasets", { Name: "set", ProjectId: "10" });
  return `datasets/${(made.body as { Id: string }).Id}/files`;
}

/** Makes a body with the boundary `x` of parts, which are headers and text. */
function formOf(
  ...parts: readonly (readonly [headers: readonly string[], text: string])[]
): string {
  const all = parts.map(([headers, text]) => `--x\r\n${headers.join("\r\n")}\r\n\r\n${text}\r\n`);
  return `${all.join("")}--x--\r\n`;
}

async function send(
  emulator: TestEmulator,
  path: string,
  body: RequestInit["body"],
  init: RequestInit = {},
): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = {
    "x-access-token": emulator.accessToken,
    "content-type": "multipart/form-data; boundary=x",
  };
  const url = `${emulator.apiServer}/v2/${path}`;
  const response = await fetch(url, {
    method: "POST",
    headers,
    ...init,
    ...(body ? { body } : {}),
  });
  return { status: response.status, body: await response.json() };
}

test("parts without a name do no harm, but a file needs a name", async () => {
  await using emulator = await startTestEmulator(CATALOG);
  const path = await makeFolder(emulator);
  const nameless = [`${DISPOSITION}; name="file"`, "Content-Type: application/octet-stream"];
  const refused = await send(emulator, path, formOf([nameless, "x"]));
  expect(refused).toMatchObject({
    status: 400,
    body: { ErrorMessage: "The name of the file is missing" },
  });
  expect((await send(emulator, `${path}?name=b`, formOf([nameless, "x"]))).status).toBe(201);
  const field = [DISPOSITION];
  expect((await send(emulator, path, formOf([field, "v"], [NAMED, "x"]))).status).toBe(201);
  expect((await list(emulator, path)).Items.map(({ Name }) => Name)).toEqual(["b", "a"]);
});

test("a file of a form can only have a content type that a response header can carry", async () => {
  await using folder = await tempDir();
  await using emulator = await startTestEmulator(CATALOG, { dataDir: folder.path });
  const path = await makeFolder(emulator);
  const before = await readdir(folder.join("objects"));
  for (const wrong of [`text/${"x".repeat(256)}`, "text/\u2603"]) {
    const form = formOf([[...NAMED, `Content-Type: ${wrong}`], "x"]);
    expect((await send(emulator, path, form)).status).toBe(400);
  }
  expect(await readdir(folder.join("objects"))).toEqual(before);
});

test("a form with a file over the limit is refused and leaves nothing behind", async () => {
  await using folder = await tempDir();
  const options = { dataDir: folder.path, maxSingleBytes: 2 * MIB };
  await using emulator = await startTestEmulator(CATALOG, options);
  const path = await makeFolder(emulator);
  const before = await readdir(folder.join("objects"));
  const tooLong = formOf([NAMED, "a".repeat(2 * MIB + 1)]);
  expect(await send(emulator, path, tooLong)).toMatchObject({
    status: 413,
    body: { ErrorCode: "BASESPACE.FILES.TOO_LARGE" },
  });
  const two = formOf([NAMED, "a"], [NAMED, "b".repeat(MIB)]);
  expect((await send(emulator, path, two)).status).toBe(400);
  expect((await send(emulator, path, formOf([NAMED, "a"]).slice(0, -10))).status).toBe(400);
  expect(await readdir(folder.join("objects"))).toEqual(before);
  expect(await readdir(folder.join("incoming"))).toEqual([]);
  expect((await send(emulator, path, formOf([NAMED, "a".repeat(2 * MIB)]))).status).toBe(201);
});

test("a form is stored while it arrives, and leaves nothing behind if it is aborted", async () => {
  await using folder = await tempDir();
  await using emulator = await startTestEmulator(CATALOG, { dataDir: folder.path });
  const path = await makeFolder(emulator);
  const before = await readdir(folder.join("objects"));
  const [start = ""] = formOf([NAMED, ""]).split("\r\n--x--", 1);
  const writing = async (): Promise<boolean> => {
    const [name] = await readdir(folder.join("incoming"));
    return name !== undefined && (await stat(folder.join("incoming", name))).size > MIB;
  };
  const aborting = new AbortController();
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(Buffer.from(start)),
    pull: async (controller) => {
      controller.enqueue(Buffer.alloc(100_000));
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (await writing()) aborting.abort();
    },
  });
  const init = { duplex: "half", signal: aborting.signal } as const;
  await expect(send(emulator, path, body, init)).rejects.toThrow(/abort/i);
  await vi.waitFor(async () => expect(await readdir(folder.join("incoming"))).toEqual([]));
  expect(await readdir(folder.join("objects"))).toEqual(before);
});
