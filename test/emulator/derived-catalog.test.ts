import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { validateCatalog } from "../../src/emulator/catalog/validate.ts";
import { deriveCatalog } from "../../src/emulator/verify/derive/derive-catalog.ts";
import { parseRecording, type Recording } from "../../src/emulator/verify/recording.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";

const RECORDINGS = new URL("../fixtures/recordings/", import.meta.url);
const DATASET = `ds.${"ab".repeat(16)}`;

/** A recorded response of v2, or with a `Response` of v1. */
function recorded(path: string, body: unknown, status = 200): Recording {
  return { file: "x.json", method: "GET", target: `/${path}`, status, headers: {}, body };
}

/** The status and the Ids in the response of an emulator that has what the recordings show. */
async function served(
  recordings: readonly Recording[],
  path: string,
): Promise<readonly [number, readonly string[]]> {
  await using emulator = await startTestEmulator(deriveCatalog(recordings));
  const response = await emulator.get(`../${path}`);
  const body = (await response.json()) as Listed;
  const items = body.Items ?? body.Response?.Items ?? [];
  return [response.status, items.map((item) => item.Id)];
}

interface Listed {
  readonly Items?: readonly { readonly Id: string }[];
  readonly Response?: { readonly Items?: readonly { readonly Id: string }[] };
}

describe("a catalog that is derived from recordings", () => {
  it.each([
    ["v1pre3/projects/7/samples", "1"],
    ["v1pre3/projects/7/appresults", "1"],
    ["v1pre3/appsessions/7/appresults", "1"],
    ["v1pre3/samples/7/files", "1"],
    ["v1pre3/appresults/7/files", "1"],
    ["v1pre3/runs/7/files", "1"],
    ["v1pre3/runs/7/samples", "1"],
    ["v1pre3/users/7/projects", "1"],
    ["v1pre3/users/current/runs", "1"],
    ["v2/projects/7/datasets", DATASET],
    [`v2/datasets/${DATASET}/files`, "1"],
    ["v2/biosamples/7/libraries", "1"],
    ["v2/appsessions?output.projects=7&input.runs=", "1"],
    ["v2/biosamples", "1"],
    ["v2/datasets?inputbiosamples=7", DATASET],
    ["v2/datasets?inputruns=7", DATASET],
  ])("has the elements of %s, of which only the Ids were recorded", async (path, id) => {
    const body = { Items: [{ Id: id }] };
    const recording = recorded(path, path.startsWith("v1") ? { Response: body } : body);
    expect(await served([recording], path)).toEqual([200, [id]]);
  });

  it("knows the user whose token was recorded", async () => {
    const user = { Id: "7", Href: "v1pre3/users/7", Name: "Ada" };
    const own = recorded("v1pre3/users/current", { Response: user });
    const other = { Id: "8", Href: "v1pre3/users/8", Name: "Bob" };
    const project = { Id: "1", Href: "v1pre3/projects/1", UserOwnedBy: other };
    const catalog = deriveCatalog([recorded("v1pre3/projects/1", { Response: project }), own]);
    expect(catalog.users?.map(({ id, name }) => [id, name])).toEqual([
      ["7", "Ada"],
      ["8", "Bob"],
    ]);
    expect(catalog.projects).toMatchObject([{ id: "1", owner: "8", sharedWith: ["7"] }]);
  });

  it("gives a dataset the files of its sample, whichever of them was recorded", async () => {
    const dataset = {
      Id: DATASET,
      Href: `https://api.example/v2/datasets/${DATASET}`,
      V1pre3Id: "sample.5",
      Project: { Id: "7", Href: "https://api.example/v2/projects/7" },
    };
    const inDataset = recorded(`v2/datasets/${DATASET}/files`, { Items: [{ Id: "1" }] });
    const shown = recorded(`v2/datasets/${DATASET}`, dataset);
    for (const path of ["v1pre3/samples/5/files", `v2/datasets/${DATASET}/files`])
      expect(await served([inDataset, shown], path)).toEqual([200, ["1"]]);
    const file = {
      Id: "1",
      Href: "v1pre3/files/1",
      ParentSample: { Id: "5", Href: "v1pre3/samples/5" },
    };
    const byFile = [inDataset, recorded("v1pre3/files/1", { Response: file })];
    expect(await served(byFile, `v2/datasets/${DATASET}/files`)).toEqual([200, ["1"]]);
  });

  it("keeps what was removed, and lacks what was refused", async () => {
    const removed = recorded("v1pre3/appresults/7", {}, 410);
    expect(await served([removed], "v1pre3/appresults/7")).toEqual([410, []]);
    const refused = recorded("v1pre3/appresults/8", {}, 403);
    expect(await served([refused], "v1pre3/appresults/8")).toEqual([403, []]);
  });

  it("has what lies before the recorded page, in both directions", async () => {
    for (const [SortDir, order] of [
      ["Asc", ["1000", "1001"]],
      ["Desc", ["1001", "1000"]],
    ] as const) {
      const path = `v1pre3/users/current/projects?Offset=3&Limit=2&SortBy=Id&SortDir=${SortDir}`;
      const Items = order.map((Id) => ({ Id, Href: `v1pre3/projects/${Id}`, Name: `P ${Id}` }));
      const recording = recorded(path, { Response: { Items, Offset: 3, SortDir } });
      expect(await served([recording], path)).toEqual([200, order]);
    }
    const far = { Response: { Items: [{ Id: "1000" }], Offset: 1e9 } };
    expect(() => deriveCatalog([recorded("v1pre3/users/current/projects", far)])).toThrow(
      "the recorded lists begin after too many elements",
    );
    const big = { Response: { Items: [{ Id: "1000", Name: "x".repeat(100_000) }], Offset: 1000 } };
    expect(() => deriveCatalog([recorded("v1pre3/users/current/projects", big)])).toThrow(
      "the recorded lists begin after too many elements",
    );
  });

  it("keeps properties of every type, in v1's form and in v2's", async () => {
    const run = { Id: "9", Href: "v1pre3/runs/9" };
    const map = [{ Key: "k", Values: ["v"] }];
    const href = (name: string): string => `v1pre3/projects/7/properties/${name}`;
    const Items = [
      { Type: "string", Name: "a", Href: href("a"), Content: "text" },
      { Type: "string[]", Name: "b", Href: href("b"), Items: ["text"] },
      { Type: "map", Name: "c", Href: href("c"), Content: map, Items: map },
      { Type: "map", Name: "d", Href: href("d"), ContentMap: map },
      { Type: "map[]", Name: "e", Href: href("e"), Items: [map] },
      { Type: "run", Name: "f", Href: href("f"), Content: run },
      { Type: "run[]", Name: "g", Href: href("g"), RunItems: [run] },
      { Type: "string[]", Name: "h", Href: href("h"), ContentItems: ["text"] },
    ];
    const recording = recorded("v1pre3/projects/7/properties", { Response: { Items } });
    const [project] = deriveCatalog([recording]).projects ?? [];
    expect(project?.properties).toEqual([
      { name: "a", type: "string", content: "text" },
      { name: "b", type: "string[]", items: ["text"] },
      { name: "c", type: "map", contentMap: map },
      { name: "d", type: "map", contentMap: map },
      { name: "e", type: "map[]", itemsMap: [map] },
      { name: "f", type: "run", content: "v1pre3/runs/9" },
      { name: "g", type: "run[]", items: ["v1pre3/runs/9"] },
      { name: "h", type: "string[]", items: ["text"] },
    ]);
  });

  it("is valid whatever the recorded values are", async () => {
    const recordings = await ownRecordings();
    const names = new Set<string>();
    for (const { body } of recordings) addKeys(names, body);
    expect(names.size).toBeGreaterThan(150);
    const values = [null, " ", "a//b", -1, 1.5, {}, [{ Id: "1" }], "9".repeat(30), "0001-01-01"];
    // Each value at every ninth key, since all combinations take long.
    for (const [at, name] of [...names].entries()) {
      const value = values[at % values.length];
      const hostile = recordings.map((recording) => ({
        ...recording,
        body: withValue(recording.body, name, value),
      }));
      validateCatalog(deriveCatalog(hostile));
    }
  });
});

async function ownRecordings(): Promise<readonly Recording[]> {
  const names = await readdir(RECORDINGS);
  const parsed = names.map(async (name) =>
    parseRecording(name, await readFile(new URL(name, RECORDINGS), "utf8")),
  );
  return (await Promise.all(parsed)).filter((recording) => "body" in recording);
}

function addKeys(names: Set<string>, value: unknown): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (!Array.isArray(value)) names.add(key);
    addKeys(names, each);
  }
}

/** A copy in which every key of this name has another value. */
function withValue(json: unknown, name: string, value: unknown): unknown {
  if (Array.isArray(json)) return json.map((each) => withValue(each, name, value));
  if (typeof json !== "object" || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, each]) => [
      key,
      key === name ? value : withValue(each, name, value),
    ]),
  );
}
