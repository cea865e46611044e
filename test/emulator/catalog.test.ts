import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { importFolder } from "../../src/emulator/catalog/import-folder.ts";
import { validateCatalog } from "../../src/emulator/catalog/validate.ts";
import { startEmulator } from "../../src/emulator/start-emulator.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

describe("an invalid catalog", () => {
  it.each([
    [{ project: [] }, /at project: there is no such key; the known keys are date, users/],
    [{ projects: {} }, /at projects: expected a list, not {}/],
    [{ projects: [{}] }, /at projects\[0\]: "name" is missing/],
    [
      { projects: [{ name: "p", id: 7 }] },
      /at projects\[0\]\.id: expected an Id \(digits in quotes\)/,
    ],
    [
      { projects: [{ name: "p", samples: [{ name: "s", files: [{ path: "/a" }] }] }] },
      /at projects\[0\]\.samples\[0\]\.files\[0\]\.path: expected a path without leading/,
    ],
    [
      { runs: [{ name: "r", files: [{ path: "a", content: { size: 5 } }] }] },
      /at runs\[0\]\.files\[0\]\.content: "seed" is missing/,
    ],
    [
      { runs: [{ name: "r", files: [{ path: "a", contentType: "a/b\r\nx: y" }] }] },
      /files\[0\]\.contentType: expected a content type/,
    ],
    [
      { runs: [{ name: "r", files: [{ path: "a", content: {} }] }] },
      /content: expected a text, {"path"}/,
    ],
    [{ runs: [{ name: "r", dateCreated: "soon" }] }, /at runs\[0\]\.dateCreated: expected a date/],
    [
      { appSessions: [{ name: "a", status: "Done" }] },
      /at appSessions\[0\]\.status: expected one of Running/,
    ],
    [
      { projects: [{ name: "p", samples: [{ name: "s", library: { index1: {} } }] }] },
      /at projects\[0\]\.samples\[0\]\.library\.index1: "sequence" is missing/,
    ],
    [
      {
        projects: [{ name: "p", samples: [{ name: "s", library: { index2: { sequence: "U" } } }] }],
      },
      /library\.index2\.sequence: expected a sequence of the bases/,
    ],
    [{ runs: [{ name: "r", cycles: [1, 2] }] }, /at runs\[0\]\.cycles: expected four numbers/],
    [[], /at the top level: expected an object/],
  ])("is refused with the path of the wrong part: %j", (catalog, message) => {
    expect(() => validateCatalog(catalog)).toThrow(message);
  });

  it.each([
    [
      {
        projects: [
          { name: "a", id: "1" },
          { name: "b", id: "1" },
        ],
      },
      /two projects with the Id 1/,
    ],
    [{ projects: [{ name: "a", owner: "5" }] }, /refers to users 5, which it does not contain/],
    [
      { runs: [{ name: "r", files: [{ path: "a", content: { path: "/nowhere/x" } }] }] },
      /cannot read the content of a in the catalog: .*ENOENT/,
    ],
  ])("is refused when it refers to something that does not exist: %j", async (catalog, message) => {
    await expect(startEmulator({ catalog })).rejects.toThrow(message);
  });

  it("is refused when its file cannot be read", async () => {
    await using folder = await tempDir();
    await expect(startEmulator({ catalogFile: folder.join("none.json") })).rejects.toThrow(
      /cannot read the catalog .*none\.json/,
    );
    await writeFile(folder.join("broken.json"), "{");
    await expect(startEmulator({ catalogFile: folder.join("broken.json") })).rejects.toThrow(
      /JSON/,
    );
  });
});

describe("a catalog", () => {
  it("sets any value, and the defaults are the same at each start", async () => {
    const catalog = {
      users: [{ name: "A" }, { name: "B" }],
      projects: [
        { name: "auto" },
        {
          id: "10002",
          name: "given",
          owner: "1002",
          sharedWith: ["1001"],
          description: "d",
          dateCreated: "2017-03-04T05:06:07Z",
          dateModified: "2019-08-09T10:11:12.5Z",
          extra: { TotalSize: 123, Secret: "x", Description: null },
        },
        { name: "auto2" },
      ],
    };
    const lists: unknown[] = [];
    for (let time = 0; time < 2; time += 1) {
      await using emulator = await startTestEmulator(catalog);
      lists.push(await (await emulator.get("users/current/projects")).json());
    }
    expect(lists[0]).toEqual(lists[1]);
    expect(lists[0]).toMatchObject({
      Response: {
        Items: [
          { Id: "10001", Name: "auto", DateCreated: "2024-01-01T00:00:03.0000000Z" },
          {
            Id: "10002",
            UserOwnedBy: { Id: "1002", Name: "B" },
            DateCreated: "2017-03-04T05:06:07.0000000Z",
            DateModified: "2019-08-09T10:11:12.5000000Z",
            TotalSize: 123,
            Secret: "x",
          },
          { Id: "10003", Name: "auto2" },
        ],
      },
    });
    expect(JSON.stringify(lists[0])).not.toContain('"d"');
  });

  it("has contents as text, base64, files relative to it, and seeds", async () => {
    await using folder = await tempDir();
    await writeFile(folder.join("beside.bin"), "beside");
    const files = [
      { id: "1", path: "a", content: "short" },
      { id: "2", path: "b", content: { text: "long" } },
      { id: "3", path: "c", content: { base64: "AAEC" } },
      { id: "4", path: "d", content: { path: "beside.bin" } },
      { id: "5", path: "d", content: { size: 3, seed: "x" } },
    ];
    const catalog = { projects: [{ name: "p", samples: [{ id: "9", name: "s", files }] }] };
    await writeFile(folder.join("catalog.json"), JSON.stringify(catalog));
    await using emulator = await startEmulator({ catalogFile: folder.join("catalog.json") });
    const headers = { authorization: `Bearer ${emulator.accessToken}` };
    const texts: string[] = [];
    for (const { id } of files) {
      const response = await fetch(`${emulator.apiServer}/v1pre3/files/${id}/content`, { headers });
      texts.push(Buffer.from(await response.arrayBuffer()).toString("latin1"));
    }
    expect(texts.slice(0, 4)).toEqual(["short", "long", "\x00\x01\x02", "beside"]);
    expect(texts[4]).toHaveLength(3);
    const list = await fetch(`${emulator.apiServer}/v1pre3/samples/9/files`, { headers });
    expect(await list.json()).toMatchObject({ Response: { TotalCount: 5 } });
  });

  it("imports a folder of plain files as a project", async () => {
    await using folder = await tempDir();
    await mkdir(folder.join("study", "first", "deep"), { recursive: true });
    await writeFile(folder.join("study", "first", "deep", "b.txt"), "b");
    await writeFile(folder.join("study", "first", "a.txt"), "a");
    await writeFile(folder.join("study", "loose.txt"), "l");
    expect(await importFolder(folder.join("study"))).toMatchObject({
      name: "study",
      appResults: [
        { name: "first", files: [{ path: "a.txt" }, { path: "deep/b.txt" }] },
        { name: "study", files: [{ path: "loose.txt" }] },
      ],
    });
    await using emulator = await startTestEmulator({
      projects: [{ id: "1", name: "mine", importFolder: folder.join("study") }],
    });
    const results = await emulator.get("projects/1/appresults?SortBy=Name");
    expect(await results.json()).toMatchObject({
      Response: {
        Items: [
          { Name: "first", TotalSize: 2 },
          { Name: "mine", TotalSize: 1 },
        ],
      },
    });
  });
});

describe("an emulator that cannot start", () => {
  it("names the port that is in use", async () => {
    await using emulator = await startTestEmulator();
    const port = Number(new URL(emulator.apiServer).port);
    await expect(startEmulator({ port })).rejects.toThrow(
      new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}: .*in use`),
    );
  });

  it("refuses an invalid fault rule", async () => {
    await expect(startEmulator({ faults: ["GET"] })).rejects.toThrow(/fault rule "GET" is invalid/);
  });
});
