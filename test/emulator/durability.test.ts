import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Emulator, type EmulatorOptions } from "../../src/emulator/options.ts";
import type { ReadyLine } from "../../src/emulator/ready-line.ts";
import { startEmulator } from "../../src/emulator/start-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";
import { spawnEmulator } from "./spawn-emulator.ts";

const CATALOG = {
  users: [
    { id: "20", name: "First" },
    { id: "3", name: "Second" },
  ],
  projects: [
    {
      id: "1",
      name: "p",
      appResults: [
        {
          id: "30",
          name: "r",
          status: "Running",
          files: [{ id: "60", path: "a", content: "aaa" }],
        },
      ],
    },
  ],
} as const;

type Server = Pick<Emulator, "apiServer" | "accessToken">;

async function send(server: Server, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${server.accessToken}` };
  return await fetch(`${server.apiServer}/v1pre3/${path}`, { ...init, headers });
}

async function json(server: Server, path: string, init?: RequestInit): Promise<Json> {
  const response = await send(server, path, init);
  return ((await response.json()) as { Response: Json }).Response;
}

type Json = Readonly<Record<string, unknown>> & { readonly Id: string };

async function killed(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

describe("an emulator with a data folder", () => {
  it("still has its entities, contents, tokens and links after a restart", async () => {
    await using folder = await tempDir();
    const options: EmulatorOptions = { dataDir: folder.join("data"), catalog: CATALOG };
    const before = await startEmulator(options);
    const file = await json(before, "appresults/30/files?name=b", { method: "POST", body: "bb" });
    await json(before, "projects", { method: "POST", body: "name=made" });
    const pending = await json(before, "appresults/30/files?name=c&multipart=true", {
      method: "POST",
    });
    await send(before, `files/${pending.Id}/parts/1`, { method: "PUT", body: "part" });
    const wholeFile = await json(before, `files/${file.Id}`);
    await before.close();

    await using after = await startEmulator(options);
    expect(after.accessToken).not.toBe(before.accessToken);
    const oldToken = { apiServer: after.apiServer, accessToken: before.accessToken };
    expect(await json(oldToken, "users/current")).toMatchObject({ Id: "20", Name: "First" });
    expect(await json(after, "users/current")).toMatchObject({ Id: "20" });
    expect(await json(after, "users/current/projects")).toMatchObject({ TotalCount: 2 });
    expect(await json(after, `files/${file.Id}`)).toEqual(wholeFile);
    expect(await (await send(after, `files/${file.Id}/content`)).text()).toBe("bb");
    const done = await json(after, `files/${pending.Id}?uploadstatus=complete`, { method: "POST" });
    expect(done).toMatchObject({ Size: 4, UploadStatus: "complete" });
    const next = await json(after, "appresults/30/files?name=d", { method: "POST", body: "" });
    expect(Number(next.Id)).toBeGreaterThan(Number(pending.Id));
  });

  it("still has properties, samples, launches, datasets and the trash after a restart", async () => {
    await using folder = await tempDir();
    const options: EmulatorOptions = { dataDir: folder.join("data"), catalog: CATALOG };
    const before = await startEmulator(options);
    const post = async (path: string, body: unknown): Promise<Json> => {
      const url = `${before.apiServer}/${path}`;
      const headers = { authorization: `Bearer ${before.accessToken}` };
      const init = { method: "POST", headers, body: JSON.stringify(body) };
      const response = (await (await fetch(url, init)).json()) as Json;
      return (response["Response"] as Json | undefined) ?? response;
    };
    const map = { Type: "map", Name: "a.map", ContentMap: [{ Key: "k", Values: ["v"] }] };
    await post("v1pre3/projects/1/properties", { Properties: [map] });
    const sample = await post("v1pre3/projects/1/samples", { Name: "made" });
    const dataset = await post("v2/projects/1/datasets", { Name: "set" });
    const gone = await post("v2/appsessions", { Name: "gone" });
    const headers = { authorization: `Bearer ${before.accessToken}` };
    await fetch(`${before.apiServer}/v2/appsessions/${gone.Id}`, { method: "DELETE", headers });
    await before.close();

    await using after = await startEmulator(options);
    expect(await json(after, "projects/1/properties/a.map")).toMatchObject({
      Content: map.ContentMap,
    });
    expect(await json(after, `samples/${sample.Id}`)).toMatchObject({ Name: "made" });
    const v2 = async (path: string): Promise<unknown> =>
      (await fetch(`${after.apiServer}/v2/${path}`, { headers })).json();
    expect(await v2(`datasets/${dataset.Id}`)).toEqual({
      ...(JSON.parse(
        JSON.stringify(dataset).replaceAll(before.apiServer, after.apiServer),
      ) as object),
    });
    expect(await v2("trash")).toMatchObject({ Items: [{ Name: "gone" }] });
  });

  it("stores every content as one plain file named by its key, sparse ones with holes", async () => {
    await using folder = await tempDir();
    await writeFile(folder.join("outside"), "outside");
    const files = [
      { path: "text", content: "text" },
      { path: "file", content: { path: folder.join("outside") } },
      { path: "made", content: { size: 1_000_000, seed: "x" } },
      { path: "sparse", content: { size: 5 * 1024 ** 3, seed: "x", sparse: true } },
    ];
    await using emulator = await startEmulator({
      dataDir: folder.join("data"),
      catalog: { projects: [{ name: "p", appResults: [{ id: "30", name: "r", files }] }] },
    });
    const { Items } = (await json(emulator, "appresults/30/files")) as unknown as {
      Items: readonly { Id: string; Size: number; ETag: string; Path: string }[];
    };
    const keys: string[] = [];
    for (const item of Items) {
      const response = await send(emulator, `files/${item.Id}/content`, { redirect: "manual" });
      const key = new URL(response.headers.get("location") ?? "").pathname.slice(1);
      keys.push(key);
      const path = folder.join("data", "objects", key);
      const { size, blocks } = await stat(path);
      expect(size).toBe(item.Size);
      if (item.Path === "sparse") {
        expect(blocks * 512).toBeLessThan(10_000_000);
      } else {
        const md5 = createHash("md5")
          .update(await readFile(path))
          .digest("hex");
        expect(md5).toBe(item.ETag);
      }
    }
    expect((await readdir(folder.join("data", "objects"))).sort()).toEqual(keys.sort());
  });

  it("refuses changes once another emulator has opened the folder, and loses none of the other's", async () => {
    await using folder = await tempDir();
    const first = await spawnEmulator(folder.path);
    try {
      // As a cleaner of old files does, or a container in which process Ids differ.
      const claims = (await readdir(folder.path)).filter((name) => name.includes(".lock~"));
      expect(claims).not.toEqual([]);
      for (const name of claims) await rm(folder.join(name));
      const second = await spawnEmulator(folder.path);
      try {
        const made = async (server: Server, name: string): Promise<number> =>
          (await send(server, "projects", { method: "POST", body: `name=${name}` })).status;
        expect(await made(second.ready, "kept")).toBe(201);
        expect(await made(first.ready, "refused")).toBe(500);
        expect(await made(second.ready, "kept too")).toBe(201);
      } finally {
        await killed(second.child);
      }
    } finally {
      await killed(first.child);
    }
    await using after = await startEmulator({ dataDir: folder.path });
    const { Items } = await json(after, "users/current/projects");
    const names = (Items as { readonly Name: string }[]).map(({ Name }) => Name);
    expect(names.toSorted()).toEqual(["kept", "kept too"]);
  });

  it.each([0o777, 0o1777])(
    "is refused in a folder that other users can write to (%i)",
    async (mode) => {
      await using folder = await tempDir();
      await mkdir(folder.join("data"));
      await chmod(folder.join("data"), mode);
      await expect(startEmulator({ dataDir: folder.join("data") })).rejects.toMatchObject({
        reason: "environment",
      });
      expect(await readdir(folder.join("data"))).toEqual([]);
    },
  );

  it("hides all of it from other users, whatever the umask", async () => {
    await using folder = await tempDir();
    const dataDir = folder.join("data");
    const before = process.umask(0);
    try {
      const emulator = await startEmulator({ dataDir, catalog: CATALOG });
      await json(emulator, "appresults/30/files?name=b", { method: "POST", body: "bb" });
      await emulator.close();
    } finally {
      process.umask(before);
    }
    const names = await readdir(dataDir, { recursive: true });
    for (const entry of ["objects", "parts", "incoming", "state.lmdb", "requests.jsonl"]) {
      expect(names).toContain(entry);
    }
    expect(names).toContain("state.lmdb-lock");
    for (const path of [dataDir, ...names.map((name) => join(dataDir, name))]) {
      const entry = await stat(path);
      const mode = (entry.mode & 0o777).toString(8);
      expect([path, mode]).toEqual([path, entry.isDirectory() ? "700" : "600"]);
    }
  });

  it("is used by one emulator at a time", async () => {
    await using folder = await tempDir();
    await using first = await startEmulator({ dataDir: folder.path });
    await expect(startEmulator({ dataDir: folder.path })).rejects.toThrow(/in use by the emulator/);
    expect((await send(first, "users/current")).status).toBe(200);
  });

  it("logs every request as a line without secrets", async () => {
    await using folder = await tempDir();
    const emulator = await startEmulator({ dataDir: folder.path, catalog: CATALOG });
    await send(emulator, "files/60/content?Redirect=true");
    const path = `${emulator.apiServer}/v1pre3/users/current`;
    await (await fetch(`${path}?Limit=1&Access_Token=${emulator.accessToken}`)).text();
    await send(emulator, "appresults/30/files?name=b", { method: "POST", body: "12345" });
    await emulator.close();
    const text = await readFile(folder.join("requests.jsonl"), "utf8");
    expect(text).not.toContain(emulator.accessToken);
    expect(text).not.toMatch(/Signature|AWSAccessKeyId/);
    const lines = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => [line["method"], line["status"], line["bytesIn"]])).toEqual([
      ["GET", 302, 0],
      ["GET", 200, 0],
      ["GET", 200, 0],
      ["POST", 201, 5],
    ]);
    expect(lines[0]).toMatchObject({ path: "/v1pre3/files/60/content", query: "Redirect=true" });
    expect(lines[1]).toMatchObject({ bytesOut: 3 });
    expect(lines[2]).toMatchObject({ query: "Limit=1" });
    const keys = ["time", "method", "path", "query", "status", "bytesIn", "bytesOut", "ms"];
    expect(Object.keys(lines[0] ?? {})).toEqual(keys);
  });
});

describe("kill -9", () => {
  it("loses nothing that was confirmed, and leaves nothing that was not", async () => {
    await using folder = await tempDir();
    const dataDir = folder.join("data");
    const confirmed = new Map<string, string>();
    const { child, ready } = await spawnEmulator(dataDir);
    try {
      await uploadUntilKilled(ready, child, confirmed);
    } finally {
      child.kill("SIGKILL");
    }
    expect(confirmed.size).toBeGreaterThanOrEqual(20);
    await using emulator = await startEmulator({ dataDir });
    for (const [id, body] of confirmed) {
      expect(await (await send(emulator, `files/${id}/content`)).text()).toBe(body);
    }
    // Uploads that were never confirmed are whole files or nothing, never partial ones.
    const list = (await json(emulator, "users/current/projects")) as unknown as {
      Items: readonly { Id: string }[];
    };
    const results = (await json(
      emulator,
      `projects/${list.Items[0]?.Id}/appresults`,
    )) as unknown as {
      Items: readonly { Id: string }[];
    };
    const files = await json(emulator, `appresults/${results.Items[0]?.Id}/files?Limit=1`);
    const objects = await readdir(folder.join("data", "objects"));
    expect(objects).toHaveLength(Number(files["TotalCount"]));
    expect(await readdir(folder.join("data", "incoming"))).toEqual([]);
  });
});

async function uploadUntilKilled(
  ready: ReadyLine,
  child: ChildProcess,
  confirmed: Map<string, string>,
): Promise<void> {
  const project = await json(ready, "projects", { method: "POST", body: "name=p" });
  const results = `projects/${project.Id}/appresults`;
  const result = await json(ready, results, { method: "POST", body: "name=r" });
  const upload = async (worker: number): Promise<void> => {
    for (let index = 0; ; index += 1) {
      const body = `${worker} ${index} `.repeat(500);
      const path = `appresults/${result.Id}/files?name=${worker}.${index}`;
      const file = await json(ready, path, { method: "POST", body });
      confirmed.set(file.Id, body);
      if (confirmed.size >= 20) child.kill("SIGKILL");
    }
  };
  await Promise.allSettled([0, 1, 2].map(upload));
}
