import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { decodeProperties, decodeProperty } from "../../src/api/models/decode-property.ts";
import type { NewProperty } from "../../src/api/resources/new-property.ts";
import type { PropertyOwner } from "../../src/api/resources/properties.ts";
import { recording } from "../helpers/scripted-api.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

const QUICK = { attempts: 4, firstDelayMs: 5, maxDelayMs: 50, totalMs: 10_000 };
const PROJECT: PropertyOwner = { resource: "projects", id: "10" };

let emulator: TestEmulator;
let client: BaseSpace;

beforeAll(async () => {
  emulator = await startTestEmulator({
    appSessions: [{ id: "40", name: "session" }],
    runs: [{ id: "50", name: "run" }],
    projects: [
      {
        id: "10",
        name: "p",
        samples: [{ id: "20", name: "s", files: [{ id: "60", path: "f" }] }],
        appResults: [{ id: "30", name: "r" }],
      },
    ],
  });
  const { apiServer, accessToken } = emulator;
  client = new BaseSpace({ apiServer, accessToken, retry: QUICK, environment: {} });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
});

beforeEach(() => {
  emulator.clearFaults();
  emulator.clearRequests();
});

const ENTITIES = {
  project: "v1pre3/projects/10",
  sample: "v1pre3/samples/20",
  appresult: "v1pre3/appresults/30",
  run: "v1pre3/runs/50",
  file: "v1pre3/files/60",
  appsession: "v1pre3/appsessions/40",
} as const;

describe("properties", () => {
  test.each(["projects/10", "samples/20", "appresults/30", "runs/50", "appsessions/40"])(
    "of %s are set, read, listed and deleted",
    async (path) => {
      const [resource, id] = path.split("/") as [PropertyOwner["resource"], string];
      const owner = { resource, id };
      const [made] = await client.properties.set(owner, [
        { type: "string", name: "demo.note", content: "grüß\n" },
      ]);
      const value = { kind: "text", text: "grüß\n" };
      expect(made).toMatchObject({ name: "demo.note", type: "string", value });
      const read = await client.properties.get(owner, "demo.note");
      expect(read).toMatchObject({ value, dateModified: expect.any(Date) as Date });
      expect((await client.properties.list(owner).all()).map(({ name }) => name)).toContain(
        "demo.note",
      );
      await client.properties.delete(owner, "demo.note");
      await expect(client.properties.get(owner, "demo.note")).rejects.toMatchObject({
        reason: "not-found",
        errorCode: "BASESPACE.PROPERTIES.NOT_FOUND",
      });
    },
  );

  test.each(Object.keys(ENTITIES) as (keyof typeof ENTITIES)[])(
    "point at a %s, and at several",
    async (type) => {
      const href = ENTITIES[type];
      const one: NewProperty = { type, name: "demo.one", content: href };
      const many: NewProperty = { type: `${type}[]`, name: "demo.many", items: [{ href }] };
      const set = await client.properties.set(PROJECT, [one, many]);
      const entity = { type, href, id: href.split("/").at(-1) };
      expect(set.find(({ name }) => name === "demo.one")?.value).toMatchObject({
        kind: "entity",
        entity,
      });
      expect(set.find(({ name }) => name === "demo.many")?.value).toMatchObject({
        kind: "entities",
        entities: [entity],
      });
    },
  );

  test("hold maps, and lists of maps", async () => {
    const first = [{ key: "k 1", values: ["v", "w"] }];
    const second = [{ key: "k", values: [] }];
    const properties = await client.properties.set(PROJECT, [
      { type: "map", name: "demo.map", entries: first },
      { type: "map[]", name: "demo.maps", maps: [first, second] },
    ]);
    expect(properties.map(({ value }) => value)).toEqual([
      { kind: "map", entries: first },
      { kind: "maps", maps: [first, second] },
    ]);
    const items = await client.properties.items(PROJECT, "demo.maps").all();
    expect(items.map(({ value }) => value)).toEqual([
      { kind: "map", entries: first },
      { kind: "map", entries: second },
    ]);
  });

  test("show some of many values, and all of them by pages", async () => {
    const items = Array.from({ length: 130 }, (_, index) => `value ${index}`);
    await client.properties.set(PROJECT, [{ type: "string[]", name: "demo.many", items }]);
    const { value, itemsTotalCount } = await client.properties.get(PROJECT, "demo.many");
    expect(itemsTotalCount).toBe(130);
    expect(value.kind === "texts" && value.texts.length < 130).toBe(true);
    const all = await client.properties.items(PROJECT, "demo.many").all({ pageSize: 20 });
    expect(all.map((item) => item.value)).toEqual(items.map((text) => ({ kind: "text", text })));
  });

  test("are set from plain values as texts in a namespace", async () => {
    await client.properties.setTexts(PROJECT, { note: "x", count: 3, ratio: 0.5, done: true });
    const texts = (await client.properties.list(PROJECT).all())
      .filter(({ name }) => name.startsWith("apiset."))
      .map(({ name, value }) => [name, value.kind === "text" ? value.text : undefined]);
    expect(Object.fromEntries(texts)).toEqual({
      "apiset.note": "x",
      "apiset.count": "3",
      "apiset.ratio": "0.5",
      "apiset.done": "true",
    });
  });

  test.each(["reset-after", "status=503"])("are deleted once through %s", async (fault) => {
    await client.properties.set(PROJECT, [{ type: "string", name: "demo.gone", content: "" }]);
    emulator.addFaults(`DELETE /projects/*/properties/demo.gone n=1 ${fault}`);
    await client.properties.delete(PROJECT, "demo.gone");
    await expect(client.properties.delete(PROJECT, "demo.gone")).rejects.toMatchObject({
      reason: "not-found",
    });
  });
});

const long = "x".repeat(65);
const WRONG: readonly (readonly [string, unknown])[] = [
  ["a name of one character", { type: "string", name: "x", content: "" }],
  ["a name of 65 characters", { type: "string", name: long, content: "" }],
  ["a type that is none", { type: "number", name: "demo.x", content: "1" }],
  ["a text over 65 000 bytes", { type: "string", name: "demo.x", content: "ü".repeat(32_501) }],
  ["a number as a text", { type: "string", name: "demo.x", content: 1 }],
  ["several values without any list", { type: "string[]", name: "demo.x" }],
  ["a reference to another type", { type: "run", name: "demo.x", content: "v1pre3/samples/20" }],
  ["a reference that is only an Id", { type: "run", name: "demo.x", content: "20" }],
  ["a map without entries", { type: "map", name: "demo.x" }],
  ["maps that are no list", { type: "map[]", name: "demo.x", maps: {} }],
  [
    "a map key that is a number",
    { type: "map", name: "demo.x", entries: [{ key: 1, values: [] }] },
  ],
  [
    "a map key with one value",
    { type: "map", name: "demo.x", entries: [{ key: "a", values: "b" }] },
  ],
  ["an empty map key", { type: "map", name: "demo.x", entries: [{ key: "", values: [] }] }],
  ["a map key with $", { type: "map", name: "demo.x", entries: [{ key: "a$", values: [] }] }],
  [
    "a map key of 65 characters",
    { type: "map", name: "demo.x", entries: [{ key: long, values: [] }] },
  ],
  [
    "a map key twice",
    {
      type: "map",
      name: "demo.x",
      entries: [
        { key: "a", values: [] },
        { key: "a", values: [] },
      ],
    },
  ],
];

describe("properties that cannot be", () => {
  test.each(WRONG)("are refused before anything is sent: %s", async (_what, property) => {
    await expect(client.properties.set(PROJECT, [property as NewProperty])).rejects.toMatchObject({
      reason: "usage",
    });
    expect(emulator.requests).toEqual([]);
  });

  test("are refused: the same name twice, those of a file, of nothing known", async () => {
    const note: NewProperty = { type: "string", name: "demo.note", content: "" };
    const file: PropertyOwner = { resource: "files", id: "60" };
    const usage = { reason: "usage" };
    await expect(client.properties.set(PROJECT, [note, note])).rejects.toMatchObject(usage);
    await expect(client.properties.set(file, [note])).rejects.toMatchObject(usage);
    expect(() => client.properties.list({ resource: "genomes" as never, id: "1" })).toThrow();
    expect(() =>
      client.properties.list({ resource: "datasets", id: "1", version: "v1" }),
    ).toThrow();
    expect(emulator.requests).toEqual([]);
  });

  test("are refused by the service: a reference to what is not there", async () => {
    const property: NewProperty = { type: "sample", name: "demo.x", content: "v1pre3/samples/999" };
    await expect(client.properties.set(PROJECT, [property])).rejects.toMatchObject({
      errorCode: "BASESPACE.PROPERTIES.CONTENT_REFERENCE_NOT_RESOLVED",
    });
  });
});

describe("properties of v2", () => {
  test("have their values under keys named by the type, as recorded", async () => {
    const { body } = await recording("v2-datasets-page");
    const [dataset] = body["Items"] as readonly { readonly Properties: unknown }[];
    const properties = decodeProperties(dataset?.Properties, "Properties");
    expect(Object.fromEntries(properties.map(({ type, value }) => [type, value.kind]))).toEqual({
      map: "map",
      "library[]": "entities",
      "run[]": "entities",
    });
    const metrics = properties.find(({ type }) => type === "map")?.value;
    expect(metrics?.kind === "map" && metrics.entries.length > 0).toBe(true);
  });

  test.each([
    [
      { Type: "string[]", ContentItems: ["a"] },
      { kind: "texts", texts: ["a"] },
    ],
    [
      { Type: "map[]", ContentMapItems: [[{ Key: "k", Values: ["v"] }]] },
      { kind: "maps", maps: [[{ key: "k", values: ["v"] }]] },
    ],
    [
      {
        Type: "biosample",
        BioSample: { Id: "1", Href: "https://x/v2/biosamples/1", BioSampleName: "b" },
      },
      { kind: "entity", entity: { type: "biosample", id: "1", name: "b" } },
    ],
    [
      { Type: "novel", Content: { a: 1 } },
      { kind: "other", value: { a: 1 } },
    ],
    [
      { Type: "sample", Content: 7 },
      { kind: "other", value: 7 },
    ],
  ])("%j decodes", (json, value) => {
    expect(decodeProperty({ Name: "x.y", ...json }, "")).toMatchObject({ value });
  });
});
