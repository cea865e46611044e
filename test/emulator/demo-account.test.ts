import { expect, test } from "vitest";
import { DEMO_CATALOG } from "../../src/emulator/demo-catalog.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { list } from "../helpers/v2-account.ts";

interface Full {
  readonly Response: {
    readonly References: readonly { readonly Type: string; readonly Content: { Id: string } }[];
    readonly Properties: { readonly Items: readonly { readonly Name: string }[] };
    readonly AppSession: { readonly Name: string };
  };
}

test("the demo's account has biosamples, libraries, datasets and runs in v2 for what v1 has", async () => {
  await using emulator = await startTestEmulator(DEMO_CATALOG);
  const bioSamples = (await list(emulator, "biosamples?include=properties")).Items;
  expect(bioSamples.map(({ BioSampleName }) => BioSampleName)).toEqual([
    "lambda-1",
    "lambda-2",
    "lambda-3",
  ]);
  expect((await list(emulator, "libraries")).Paging).toMatchObject({ TotalCount: 3 });
  expect((await list(emulator, "runs")).Items).toMatchObject([{ Id: "5001" }]);
  const lambda3 = `inputbiosamples=${bioSamples[2]?.Id}`;
  const datasets = await list(
    emulator,
    `datasets?${lambda3}&datasettypes=~common.fastq&sortby=Name&include=properties`,
  );
  expect(datasets.Items).toMatchObject([
    { Name: "lambda-3_L001", V1pre3Id: "sample.2003", AppSession: { Id: "3500" } },
    { Name: "lambda-3_L002", V1pre3Id: "sample.2103", AppSession: { Id: "3501" } },
  ]);
  expect(datasets.Items[0]).toMatchObject({
    Properties: {
      Items: [
        { Name: "BaseSpace.Metrics.FastQ", ContentMap: [{ Key: "LaneNumber", Values: ["1"] }] },
        { SampleLibraryItems: [{ BioSample: { BioSampleName: "lambda-3" } }] },
        { RunItems: [{ Href: "v1pre3/runs/5001" }] },
      ],
    },
  });
  const files = await list(emulator, `datasets/${datasets.Items[1]?.Id}/files?sortby=Path`);
  expect(files.Items.map(({ Name }) => Name)).toEqual([
    "lambda-3_S3_L002_R1_001.fastq.gz",
    "lambda-3_S3_L002_R2_001.fastq.gz",
  ]);
  expect((await list(emulator, "appsessions?input.runs=5001")).Items).toHaveLength(2);
});

test("in the demo's account samples and app results refer to each other", async () => {
  await using emulator = await startTestEmulator(DEMO_CATALOG);
  const full = async (path: string): Promise<Full["Response"]> =>
    ((await (await emulator.get(path)).json()) as Full).Response;
  const result = await full("appresults/4003");
  expect(result.References.map(({ Content }) => Content.Id)).toEqual(["2003", "2103"]);
  expect(result.Properties.Items).toMatchObject([{ Name: "Input.Samples", ItemsTotalCount: 2 }]);
  for (const { Content } of result.References) {
    const sample = await full(`samples/${Content.Id}`);
    expect(sample.References).toMatchObject([{ Type: "AppResult", Content: { Id: "4003" } }]);
    expect(sample.AppSession.Name).toMatch(/^FASTQ Generation 2024-01-/);
  }
  const { Properties } = await full("appsessions/3003");
  expect(Properties.Items.map(({ Name }) => Name)).toEqual([
    "Input.Samples",
    "Output.AppResults",
    "Output.Projects",
  ]);
});
