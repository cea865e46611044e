import { expect, test } from "vitest";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";

async function itemsOf(response: Response): Promise<readonly Record<string, unknown>[]> {
  const { Response } = (await response.json()) as {
    Response: { Items: Record<string, unknown>[] };
  };
  return Response.Items;
}

test("the genomes are eleven species, of which one has a build", async () => {
  await using emulator = await startTestEmulator();
  const items = await itemsOf(await emulator.get("genomes?Limit=20"));
  expect(items.map(({ SpeciesName }) => SpeciesName)).toEqual([
    "Arabidopsis thaliana",
    "Bos Taurus",
    "Escherichia coli",
    "Homo sapiens",
    "Mus musculus",
    "Phix",
    "Rhodobacter sphaeroides",
    "Rattus norvegicus",
    "Saccharomyces cerevisiae",
    "Staphylococcus aureus",
    "Bacillus Cereus",
  ]);
  expect(items.map(({ Id }) => Id)).toEqual(items.map((_item, index) => String(index + 1)));
  expect(items.filter((item) => "Build" in item)).toEqual([
    expect.objectContaining({ Id: "4", Source: "UCSC", Build: "hg19" }),
  ]);
});

test("a genome is found by its Id, and they are sorted by species", async () => {
  await using emulator = await startTestEmulator();
  const one = (await (await emulator.get("genomes/4")).json()) as { Response: unknown };
  expect(one.Response).toMatchObject({ SpeciesName: "Homo sapiens", Href: "v1pre3/genomes/4" });
  expect((await emulator.get("genomes/12")).status).toBe(403);
  const [first, second] = await itemsOf(await emulator.get("genomes?SortBy=SpeciesName"));
  expect([first, second]).toMatchObject([{ Id: "1" }, { SpeciesName: "Bacillus Cereus" }]);
  const unsigned = await fetch(`${emulator.apiServer}/v1pre3/genomes`);
  expect(unsigned.status).toBe(401);
});
