import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { AppSessionMetaData, LaunchSpecification } from "../../../src/index.ts";
import type { LaunchProperty, LaunchValue } from "../../../src/index.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

type Json = Readonly<Record<string, unknown>>;

const usage = (text: RegExp): unknown =>
  expect.objectContaining({ reason: "usage", message: expect.stringMatching(text) as string });

function session(properties: readonly Json[], application?: Json): AppSessionMetaData {
  return AppSessionMetaData.fromJson({
    Response: {
      Id: "40",
      Href: "v1pre3/appsessions/40",
      Name: "s",
      Application: application ?? { Id: "90", Name: "Aligner", VersionNumber: "1.2.0" },
      Properties: { Items: properties },
    },
  });
}

const sample = { Id: "1", Href: "v1pre3/samples/1", Name: "a" };

describe("the metadata of a session", () => {
  it("has its app, the inputs, and the values that are no entities", () => {
    const metaData = session([
      { Type: "string", Name: "Input.app-session-name", Content: "x" },
      { Type: "sample[]", Name: "Input.Samples", Items: [sample] },
      { Type: "map[]", Name: "Input.sample-id.attributes", Items: [] },
      { Type: "string", Name: "Input.IsMultiNode", Content: "false" },
      { Type: "string", Name: "Output.note", Content: "x" },
      { Type: "Sample[]", Name: "Input.sample-id", Items: [sample] },
      {
        Type: "project",
        Name: "Input.project-id",
        Content: { ...sample, Href: "v1pre3/projects/1" },
      },
      { Type: "string", Name: "Input.genome-id", Content: "Human" },
      { Type: "map", Name: "Input.labels", Content: [{ Key: "k", Values: ["v"] }] },
    ]);
    expect(metaData).toMatchObject({ appId: "90", appName: "Aligner", appVersion: "1.2.0" });
    const { properties, defaults } = metaData.launchInputs();
    expect(properties).toEqual([
      { name: "Input.sample-id", type: "sample[]" },
      { name: "Input.project-id", type: "project" },
      { name: "Input.genome-id", type: "string" },
      { name: "Input.labels", type: "map" },
    ]);
    expect([...defaults]).toEqual([
      ["genome-id", "Human"],
      ["labels", { entries: [{ key: "k", values: ["v"] }] }],
    ]);
  });

  it.each([
    [["a"], ["a"]],
    [["a", "a"], ["a"]],
    [
      ["a", "b", "a"],
      ["a", "b"],
    ],
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [[], []],
  ])("loses the text that the service appended to a string[]: %j is %j", (items, value) => {
    const metaData = session([{ Type: "string[]", Name: "Input.tags", Items: items }]);
    expect(metaData.launchInputs().defaults.get("tags")).toEqual(value);
  });

  it("is refused when a list is cut, since its last text is then another", () => {
    const cut = { Type: "string[]", Name: "Input.tags", Items: ["a"], ItemsTotalCount: 2 };
    expect(() => session([cut]).launchInputs()).toThrow(usage(/2 values, .* shows 1/));
  });

  it("has no app results where there are files", () => {
    const property = (type: string): Json => ({
      Type: type,
      Name: `Input.${type}`,
      Content: sample,
    });
    const names = (...types: string[]): string[] =>
      session(types.map(property))
        .launchInputs()
        .properties.map(({ name }) => name);
    expect(names("file", "appresult")).toEqual(["Input.file"]);
    expect(names("appresult")).toEqual(["Input.appresult"]);
  });

  it("has tables, whose cells are no inputs of their own", () => {
    const { properties, defaults } = session([
      {
        Type: "map",
        Name: "Input.runs",
        Content: [{ Key: "row1", Values: ["Input.runs.happy-id.row1", "Input.runs.label.row1"] }],
      },
      { Type: "string", Name: "Input.runs.rowcount", Content: "1" },
      { Type: "appresult", Name: "Input.runs.happy-id.row1", Content: sample },
      { Type: "string", Name: "Input.runs.label.row1", Content: "first" },
    ]).launchInputs();
    expect(defaults.size).toBe(0);
    expect(properties).toEqual([
      {
        name: "Input.runs",
        type: "map",
        columns: [
          { name: "Input.runs.happy-id", type: "appresult" },
          { name: "Input.runs.label", type: "string" },
        ],
      },
    ]);
  });

  it("names inputs whose last parts are equal with the parts before", () => {
    const text = (Name: string): Json => ({ Type: "string", Name, Content: Name });
    const { defaults } = session(
      ["Input.a.size", "Input.b.size", "Input.x.b.size", "Input.__proto__"].map(text),
    ).launchInputs();
    expect(defaults.get("a.size")).toBe("Input.a.size");
    expect(defaults.get("b.size")).toBe("Input.b.size");
    expect(defaults.get("x.b.size")).toBe("Input.x.b.size");
    expect(defaults.get("__proto__")).toBe("Input.__proto__");
  });

  it("takes no longer for names of very many parts", () => {
    const end = ".a".repeat(200_000);
    const names = Array.from({ length: 20 }, (_each, at) => `Input.${at}${end}`);
    const { properties } = session(
      names.map((Name) => ({ Type: "string", Name, Content: "" })),
    ).launchInputs();
    expect(properties).toHaveLength(20);
    expect(new LaunchSpecification(properties).variables()).toHaveLength(20);
  });

  it("is refused for JSON of anything else", () => {
    for (const json of [undefined, null, 3, "x", {}, { Response: { Id: 3 } }]) {
      expect(() => AppSessionMetaData.fromJson(json)).toThrow(
        usage(/not the JSON of an app session/),
      );
    }
  });
});

const INPUTS: readonly LaunchProperty[] = [
  { name: "Input.sample-id", type: "sample[]" },
  { name: "Input.project-id", type: "project" },
  { name: "Input.genome-id", type: "string" },
];

const SPECIFICATION = new LaunchSpecification(INPUTS, { "genome-id": "Human" });

/** The form of the API's reference. */
const FORM = {
  Name: "App : sampleA+sampleB",
  StatusSummary: "AutoLaunch",
  AutoStart: true,
  AgentId: "agent",
  Properties: [
    { Type: "sample[]", Name: "Input.sample-id", items: ["v1pre3/samples/1"] },
    { Type: "project", Name: "Input.project-id", Content: "v1pre3/projects/2" },
    { Type: "string", Name: "Input.genome-id", Content: "Human" },
    {
      Type: "map[]",
      Name: "Input.sample-id.attributes",
      items: [
        [
          { Key: "FieldId", Values: ["sample-id"] },
          { Key: "ResourceType", Values: ["sample"] },
          { Key: "ResourceId", Values: ["1"] },
          { Key: "ResourceHref", Values: ["v1pre3/samples/1"] },
          { Key: "Input.x", Values: ["y"] },
        ],
      ],
    },
  ],
};

const VALUES = { "sample-id": "1", "project-id": "2" };
const OPTIONS = { name: FORM.Name, agentId: "agent", sampleAttributes: { x: "y" } };

describe("a launch specification", () => {
  it("makes the form of the API's reference, byte by byte", () => {
    const form = SPECIFICATION.form(VALUES, OPTIONS);
    expect(JSON.stringify(form)).toBe(JSON.stringify(FORM));
    const newer = SPECIFICATION.form(VALUES, { ...OPTIONS, mapsKey: "itemsmap" });
    expect(newer.Properties[3]).toMatchObject({ itemsmap: FORM.Properties[3]?.items });
    expect(newer.Properties[0]).toMatchObject({ items: ["v1pre3/samples/1"] });
    expect(SPECIFICATION.form(VALUES, { name: "n" })).not.toHaveProperty("AgentId");
    const v2 = SPECIFICATION.form(VALUES, { ...OPTIONS, apiVersion: "v2" });
    expect(v2.Properties[1]).toMatchObject({ Content: "v2/projects/2" });
  });

  it("knows its inputs, and which must be given", () => {
    expect(SPECIFICATION.variables()).toEqual(["genome-id", "project-id", "sample-id"]);
    expect(SPECIFICATION.minimumRequirements()).toEqual(["project-id", "sample-id"]);
    expect(SPECIFICATION.typeOf("sample-id")).toBe("sample[]");
    expect(SPECIFICATION.baldTypeOf("sample-id")).toBe("sample");
    expect(SPECIFICATION.isList("sample-id")).toBe(true);
    expect(SPECIFICATION.countLists()).toBe(1);
    expect(SPECIFICATION.shortName("Input.sample-id")).toBe("sample-id");
    expect(SPECIFICATION.describeRequirements()).toBe("project-id (project) sample-id (sample[])");
    expect(SPECIFICATION.describeOptions()).toBe("Name\tType\tDefault\ngenome-id\tstring\tHuman");
    expect(SPECIFICATION.sampleAttributes("sample-id", "7", { a: "b" })).toContainEqual({
      key: "Input.a",
      values: ["b"],
    });
  });

  it("makes a single value a list where one is needed, and refuses the opposite", () => {
    expect(SPECIFICATION.resolveLists({ "sample-id": "1" }).get("sample-id")).toEqual(["1"]);
    expect(() => SPECIFICATION.resolveLists({ "project-id": ["1"] })).toThrow(
      usage(/project-id takes one project, and not a list/),
    );
  });

  it.each<[string, Readonly<Record<string, LaunchValue>>, RegExp]>([
    ["lacks an input", { "sample-id": "1" }, /lacks compulsory inputs: project-id \(project\)/],
    ["has an unknown one", { ...VALUES, "genom-id": "x" }, /no input "genom-id"/],
    ["has a name instead of an Id", { ...VALUES, "project-id": "a b" }, /the Id of a project/],
    ["has a path as an Id", { ...VALUES, "project-id": "../../x" }, /the Id of a project/],
    ["has a text that is too long", { ...VALUES, "genome-id": "x".repeat(65_001) }, /65000/],
    ["has a map for a text", { ...VALUES, "genome-id": { entries: [] } }, /genome-id/],
  ])("refuses a launch that %s", (_what, values, message) => {
    expect(() => SPECIFICATION.form(values, { name: "n" })).toThrow(usage(message));
  });

  it("refuses inputs that are none, or there twice", () => {
    const property = (name: string): LaunchProperty => ({ name, type: "string" });
    expect(() => new LaunchSpecification([property("note")])).toThrow(
      usage(/must begin with Input\./),
    );
    const twice = [property("Input.a"), property("Input.a")];
    expect(() => new LaunchSpecification(twice)).toThrow(usage(/twice/));
  });

  const TABLE = new LaunchSpecification([
    {
      name: "Input.runs",
      type: "map",
      columns: [
        { name: "Input.runs.happy-id", type: "appresult" },
        { name: "Input.runs.label", type: "string" },
      ],
    },
  ]);

  it("writes each cell of a table, and the number of its rows", async () => {
    expect(TABLE.describeRequirements()).toBe("runs (map[appresult,string])");
    const rows = await TABLE.parseArgument("runs", "7,first::8,second");
    expect(TABLE.form({ runs: rows }, { name: "n" }).Properties).toEqual([
      { Type: "appresult", Name: "Input.runs.happy-id.row1", Content: "v1pre3/appresults/7" },
      { Type: "string", Name: "Input.runs.label.row1", Content: "first" },
      { Type: "appresult", Name: "Input.runs.happy-id.row2", Content: "v1pre3/appresults/8" },
      { Type: "string", Name: "Input.runs.label.row2", Content: "second" },
      { Type: "string", Name: "runs.rowcount", Content: "2" },
    ]);
    expect(() => TABLE.form({ runs: [["7"]] }, { name: "n" })).toThrow(usage(/row 1 .* 2 cells/));
    expect(TABLE.columnsOf("runs").map(({ type }) => type)).toEqual(["appresult", "string"]);
  });

  it("reads lists from commas and from files, and texts as they are", async () => {
    await using dir = await tempDir();
    await writeFile(dir.join("list"), "1\r\n\n 2 \n");
    await writeFile(dir.join("rows"), "7,first\n8,second\n");
    expect(await SPECIFICATION.parseArgument("sample-id", "1,2")).toEqual(["1", "2"]);
    expect(await SPECIFICATION.parseArgument("sample-id", `@${dir.join("list")}`)).toEqual([
      "1",
      "2",
    ]);
    expect(await SPECIFICATION.parseArgument("genome-id", "@a,b")).toBe("@a,b");
    expect(await TABLE.parseArgument("runs", `@${dir.join("rows")}`)).toEqual([
      ["7", "first"],
      ["8", "second"],
    ]);
    await expect(SPECIFICATION.parseArgument("project-id", "@x")).rejects.toEqual(
      usage(/takes one value/),
    );
    await expect(SPECIFICATION.parseArgument("sample-id", "@/nowhere")).rejects.toEqual(
      usage(/cannot read the list/),
    );
    await expect(SPECIFICATION.parseArgument("sample-id", "@/dev/zero")).rejects.toEqual(
      usage(/longer than 16 MiB/),
    );
  });
});
