import { mkdir, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import {
  AppSessionMetaData,
  LaunchPayload,
  LaunchSpecification,
  MountedEntity,
} from "../../src/index.ts";
import { hidden } from "./expectations.ts";
import { type Row, row, rows } from "./row.ts";
import { APP, PROJECT, SAMPLE, SESSION, type World } from "./world.ts";

/** `AppLaunchHelpers.Class.method` for each of `names`. */
function methods(name: string, names: string): readonly string[] {
  return names.split(" ").map((method) => `AppLaunchHelpers.${name}.${method}`);
}

const SPECIFICATION = new LaunchSpecification(
  [
    { name: "Input.sample-id", type: "sample[]" },
    { name: "Input.project-id", type: "project" },
    { name: "Input.genome-id", type: "string" },
  ],
  { "genome-id": "Human" },
);

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

const VALUES = { "sample-id": SAMPLE, "project-id": PROJECT };

async function inputs(w: World): Promise<void> {
  const former = await w.basespace.applications.launchForm(
    APP,
    SPECIFICATION.form({ ...VALUES, "genome-id": "Mouse" }, { name: "former" }),
  );
  const metaData = await w.basespace.appSessions.metaData(former.id);
  const { properties, defaults } = metaData.launchInputs();
  expect(properties.map(({ name, type }) => `${name} ${type}`)).toEqual([
    "Input.genome-id string",
    "Input.project-id project",
    "Input.sample-id sample[]",
  ]);
  expect([...defaults]).toEqual([["genome-id", "Mouse"]]);
}

async function tables(): Promise<void> {
  const [first, second] = TABLE.columnsOf("runs");
  expect(first).toEqual({ name: "Input.runs.happy-id", type: "appresult" });
  expect(second?.type).toBe("string");
  expect(TABLE.describeRequirements()).toBe("runs (map[appresult,string])");
}

function payload(w: World, args: readonly string[]): LaunchPayload {
  return new LaunchPayload(SPECIFICATION, { source: w.basespace, args });
}

async function values(w: World): Promise<void> {
  const options = { "genome-id": "Mouse" };
  const given = new LaunchPayload(SPECIFICATION, {
    source: w.basespace,
    args: ["Demo", "NA12878"],
    options,
  });
  expect(Object.fromEntries(await given.values())).toEqual({
    ...VALUES,
    "sample-id": [SAMPLE],
    ...options,
  });
}

async function launchName(w: World): Promise<void> {
  expect(await payload(w, [PROJECT, SAMPLE]).launchName("App")).toBe("App : NA12878");
}

async function described(): Promise<void> {
  expect(SPECIFICATION.optionRows()).toEqual([["genome-id", "string", "Human"]]);
  expect(SPECIFICATION.describeOptions()).toContain("genome-id\tstring\tHuman");
}

/** A folder as BaseMount shows it. */
async function mounted(w: World): Promise<string> {
  const folder = w.dir.join("mounted");
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/.id`, PROJECT);
  await writeFile(`${folder}/.type`, "projects");
  await writeFile(`${folder}/.json`, '{"Id":"10"}');
  return folder;
}

/** Launching an app as a former session did, and what is in a mount. */
export const LAUNCHING: readonly Row[] = [
  ...rows(
    methods(
      "AppSessionMetaData",
      "get_refined_appsession_properties _trim_properties_app_results _get_all_duplicate_names",
    ),
    "metaData.launchInputs(), of metaData = await basespace.appSessions.metaData(id)",
    inputs,
  ),
  ...rows(
    methods("AppSessionMetaData", "_get_map_underlying_types _get_owning_map"),
    "metaData.launchInputs(), whose tables have columns",
    tables,
  ),
  ...rows(
    methods(
      "AppSessionMetaDataSDK",
      "get_properties get_app_name get_app_id get_app_version unpack_bs_property",
    ),
    "basespace.appSessions.metaData(id), which has properties, appName, appId and appVersion",
    async (w) => {
      const metaData = await w.basespace.appSessions.metaData(SESSION);
      expect(metaData).toMatchObject({ appId: APP, appName: "Aligner" });
      expect(metaData.appVersion).toEqual(expect.any(String));
      expect(metaData.properties.map(({ name }) => name)).toEqual(["Input.note", "Input.tags"]);
    },
  ),
  ...rows(
    methods(
      "AppSessionMetaDataRaw",
      "get_properties get_app_name get_app_id get_app_version unpack_bs_property",
    ),
    "AppSessionMetaData.fromJson(json), which has properties, appName, appId and appVersion",
    async (w) => {
      const { raw } = await w.basespace.appSessions.get(SESSION);
      const metaData = AppSessionMetaData.fromJson({ Response: raw });
      expect(metaData).toMatchObject({ appId: APP, appName: "Aligner" });
      expect(metaData.properties.map(({ name }) => name)).toContain("Input.note");
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.__init__",
    "new LaunchSpecification(properties, defaults), or LaunchSpecification.of(inputs)",
    async (w) => {
      const metaData = await w.basespace.appSessions.metaData(SESSION);
      const specification = LaunchSpecification.of(metaData.launchInputs());
      expect(specification.variables()).toEqual(["note", "tags"]);
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.clean_name",
    "specification.shortName(name)",
    async () => {
      expect(SPECIFICATION.shortName("Input.sample-id")).toBe("sample-id");
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.resolve_list_variables",
    "specification.resolveLists(values)",
    async () => {
      expect(SPECIFICATION.resolveLists(VALUES).get("sample-id")).toEqual([SAMPLE]);
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.make_sample_attribute_entry",
    "specification.sampleAttributes(name, sampleId, attributes)",
    async () => {
      const entries = SPECIFICATION.sampleAttributes("sample-id", SAMPLE, { x: "y" });
      expect(entries.at(-1)).toEqual({ key: "Input.x", values: ["y"] });
    },
  ),
  ...rows(
    methods("LaunchSpecification", "populate_properties make_launch_json"),
    "specification.form(values, { name, sampleAttributes, agentId }), then basespace.applications.launchForm(id, form)",
    async (w) => {
      const form = SPECIFICATION.form(VALUES, { name: "App : x" });
      expect(JSON.parse(JSON.stringify(form))).toEqual({
        Name: "App : x",
        StatusSummary: "AutoLaunch",
        AutoStart: true,
        Properties: [
          { Type: "sample[]", Name: "Input.sample-id", items: [`v1pre3/samples/${SAMPLE}`] },
          { Type: "project", Name: "Input.project-id", Content: `v1pre3/projects/${PROJECT}` },
          { Type: "string", Name: "Input.genome-id", Content: "Human" },
        ],
      });
      const session = await w.basespace.applications.launchForm(APP, form);
      expect(session).toMatchObject({ name: "App : x", status: "Running" });
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.get_variable_requirements",
    "specification.variables()",
    async () => {
      expect(SPECIFICATION.variables()).toEqual(["genome-id", "project-id", "sample-id"]);
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.get_minimum_requirements",
    "specification.minimumRequirements()",
    async () => {
      expect(SPECIFICATION.minimumRequirements()).toEqual(["project-id", "sample-id"]);
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.get_property_type",
    "specification.typeOf(name)",
    async () => {
      expect(SPECIFICATION.typeOf("sample-id")).toBe("sample[]");
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.get_property_bald_type",
    "specification.baldTypeOf(name)",
    async () => {
      expect(SPECIFICATION.baldTypeOf("sample-id")).toBe("sample");
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.is_list_property",
    "specification.isList(name)",
    async () => {
      expect(SPECIFICATION.isList("sample-id")).toBe(true);
    },
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.count_list_properties",
    "specification.countLists()",
    async () => {
      expect(SPECIFICATION.countLists()).toBe(1);
    },
  ),
  ...rows(
    methods("LaunchSpecification", "format_property_information dump_property_information"),
    "specification.describeOptions()",
    described,
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.property_information_generator",
    "specification.optionRows()",
    described,
  ),
  ...rows(
    methods("LaunchSpecification", "format_minimum_requirements format_map_types"),
    "specification.describeRequirements()",
    tables,
  ),
  ...rows(
    methods(
      "LaunchSpecification",
      "get_map_underlying_names_by_type get_map_position_by_underlying_name get_map_underlying_name_and_type_by_position get_map_underlying_types get_underlying_map_type",
    ),
    "specification.columnsOf(name)",
    tables,
  ),
  row(
    "AppLaunchHelpers.LaunchSpecification.process_parameter",
    "specification.parseArgument(name, text)",
    async (w) => {
      await writeFile(w.dir.join("list"), "1\n2\n");
      for (const text of ["1,2", `@${w.dir.join("list")}`]) {
        expect(await SPECIFICATION.parseArgument("sample-id", text)).toEqual(["1", "2"]);
      }
      expect(await TABLE.parseArgument("runs", "1,a::2,b")).toEqual([
        ["1", "a"],
        ["2", "b"],
      ]);
    },
  ),
  row(
    "AppLaunchHelpers.LaunchPayload.__init__",
    "new LaunchPayload(specification, { source: basespace, args, options })",
    async (w) => {
      expect(() => payload(w, [PROJECT])).toThrow(expect.objectContaining({ reason: "usage" }));
      expect(await payload(w, [PROJECT, SAMPLE]).form("App")).toMatchObject({
        Name: "App : NA12878",
      });
    },
  ),
  ...rows(
    methods("LaunchPayload", "_find_all_entity_names _arg_entry_to_name derive_launch_name"),
    "payload.launchName(appName)",
    launchName,
  ),
  row(
    "AppLaunchHelpers.LaunchPayload.is_valid_basespace_id",
    "payload.isValidId(name, id)",
    async (w) => {
      const given = payload(w, [PROJECT, SAMPLE]);
      expect(await given.isValidId("sample-id", SAMPLE)).toBe(true);
      expect(await given.isValidId("sample-id", "999")).toBe(false);
    },
  ),
  ...rows(
    methods("LaunchPayload", "to_basespace_id preprocess_arg get_args get_all_variables"),
    "payload.values()",
    values,
  ),
  ...rows(
    [
      "BaseMountInterface.__init__",
      "BaseMountInterface.__validate_basemount__",
      "BaseMountInterface.__resolve_details__",
    ],
    "MountedEntity.read(path), which has id, type and name",
    async (w) => {
      await hidden(w);
      const entity = await MountedEntity.read(await mounted(w));
      expect(entity).toMatchObject({ id: PROJECT, type: "project", name: "mounted" });
    },
  ),
  row("BaseMountInterface.__str__", "String(await MountedEntity.read(path))", async (w) => {
    const folder = await mounted(w);
    expect(String(await MountedEntity.read(folder))).toBe(`${folder} : (${PROJECT}) : (project)`);
  }),
  row("BaseMountInterface.get_meta_data", "entity.metaData()", async (w) => {
    const entity = await MountedEntity.read(await mounted(w));
    expect(await entity.metaData()).toEqual({ Id: PROJECT });
  }),
  ...rows(
    ["BaseMountInterface.access_token", "BaseMountInterface._get_access_token_from_config"],
    "entity.accessToken(); connect({ profile }) takes that of a profile",
    async (w) => {
      const folder = await mounted(w);
      await mkdir(`${folder}/.basemount`, { recursive: true });
      const token = "0123456789abcdef".repeat(2);
      await writeFile(`${folder}/.basemount/Config.cfg`, `[DEFAULT]\naccessToken = ${token}\n`);
      expect(await (await MountedEntity.read(folder)).accessToken()).toBe(token);
    },
  ),
];
