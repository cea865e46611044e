import { describe, expect, expectTypeOf, it } from "vitest";
import type { BaseSpace } from "../../src/api/client.ts";
import { type CatalogClient } from "../../src/catalog/api-catalog.ts";
import { collectionOf, type EntityCollection } from "../../src/catalog/catalog.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError, reasonOf } from "../../src/core/errors.ts";
import type { ProjectId } from "../../src/core/ids.ts";
import { contractWorld, describeCatalog } from "../contracts/catalog.ts";
import { clientOver } from "../helpers/catalog-client.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { MemoryCatalog, entityOf, fileOf } from "../helpers/memory-catalog.ts";
import { apiCatalog } from "../helpers/catalogs.ts";

describeCatalog("MemoryCatalog", (world) => world);
describeCatalog("ApiCatalog", (world) => apiCatalog(clientOver(world)));

/** A catalog whose service responds with 404 to the first requests for a listing. */
function catalogWithout(listing: "projects/1/samples" | "sample 3/files", times: number) {
  const world = new MemoryCatalog();
  const sample = entityOf("sample", 3, "s");
  world.list("projects/1/samples", [sample]).put("sample 3", [fileOf(1, "a")]);
  const ask = listing === "sample 3/files" ? "files" : "entities";
  const real = world[ask].bind(world) as (what: never) => never;
  let asked = 0;
  world[ask] = (what: never): never => {
    asked += 1;
    if (asked <= times) throw new BsmountError("not-found", "the service returned 404");
    return real(what);
  };
  const clock = new FakeClock();
  const api = apiCatalog(clientOver(world), { clock });
  const catalog = async (signal = neverAborted): Promise<unknown> =>
    ask === "files"
      ? await api.files(sample, signal)
      : await api.entities(collectionOf("samples", "1" as ProjectId), signal);
  return { catalog, clock, asked: () => asked };
}

describe("ApiCatalog", () => {
  it("takes the real client as it is", () => {
    expectTypeOf<BaseSpace>().toExtend<CatalogClient>();
  });

  it("shows an item once that two pages have", async () => {
    const [a, b, c] = [1, 2, 3].map((id) => entityOf("project", id, `p${id}`));
    const world = new MemoryCatalog().list("projects", [a!, b!, b!, c!]);
    const catalog = apiCatalog(clientOver(world));
    const listed = await catalog.entities(collectionOf("projects"), neverAborted);
    expect(listed.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });

  it("keeps one copy of a content type that many files have", async () => {
    const world = contractWorld().put("run 30", [
      fileOf(1, "a", { contentType: ["text", "plain"].join("/") }),
      fileOf(2, "b", { contentType: undefined }),
    ]);
    const catalog = apiCatalog(clientOver(world));
    const files = await catalog.files(world.entity("run", "30"), neverAborted);
    expect(files.map(({ contentType }) => contentType)).toEqual(["text/plain", undefined]);
  });

  it.each(["projects/1/samples", "sample 3/files"] as const)(
    "asks again before it believes that there is no listing %s",
    async (listing) => {
      for (const failures of [1, 2]) {
        const { catalog, clock, asked } = catalogWithout(listing, failures);
        const result = catalog();
        await expect.poll(() => clock.sleeping).toBe(1);
        expect(asked()).toBe(1);
        clock.advance(1000);
        const reason = await result.then(() => "listed", reasonOf);
        expect([reason, asked()]).toEqual([failures === 1 ? "listed" : "not-found", 2]);
      }
    },
  );

  it("does not wait to ask again when its caller gives up", async () => {
    const { catalog, clock } = catalogWithout("sample 3/files", 1);
    const caller = new AbortController();
    const result = catalog(caller.signal);
    await expect.poll(() => clock.sleeping).toBe(1);
    caller.abort(new Error("enough"));
    await expect(result).rejects.toThrow("enough");
  });

  it("[F5] refuses a listing that takes more memory than one may take", async () => {
    const files = Array.from({ length: 2000 }, (_, at) => fileOf(at + 1, `a/file/${at}`));
    const world = contractWorld().put("run 30", files);
    const run = world.entity("run", "30");
    const small = apiCatalog(clientOver(world), { maxListingBytes: 100_000 });
    await expect(small.files(run, neverAborted)).rejects.toMatchObject({
      reason: "too-big",
      remedy: expect.stringContaining("--listing-memory"),
    });
    const large = apiCatalog(clientOver(world), { maxListingBytes: 1_000_000 });
    expect(await large.files(run, neverAborted)).toHaveLength(2000);
  });

  it("[F5] fetches listings that have no room together one after the other, and short ones meanwhile", async () => {
    const under = { long: 0, most: 0 };
    const model = (id: number, name: string) => {
      return { id: `${id}`, name, href: "", dateCreated: new Date(0), raw: {} };
    };
    const longList = {
      async *pages() {
        const items = Array.from({ length: 1000 }, (_, id) => model(id, "a".repeat(10_000)));
        yield { items: items.slice(0, 600) };
        under.long += 1;
        under.most = Math.max(under.most, under.long);
        await new Promise(setImmediate);
        yield { items: items.slice(600) };
        under.long -= 1;
      },
    };
    const world = new MemoryCatalog().list("projects/1/samples", [entityOf("sample", 3, "s")]);
    const users = { projects: () => longList, runs: () => longList };
    const catalog = apiCatalog({ ...clientOver(world), users }, { maxListingBytes: 11_000_000 });
    const lengthOf = async (collection: EntityCollection): Promise<number> =>
      (await catalog.entities(collection, neverAborted)).length;
    const both = Promise.all([lengthOf(collectionOf("projects")), lengthOf(collectionOf("runs"))]);
    expect(await lengthOf(collectionOf("samples", "1"))).toBe(1);
    expect(await both).toEqual([1000, 1000]);
    expect(under.most).toBe(1);
    const roomy = apiCatalog({ ...clientOver(world), users });
    const kinds = ["projects", "runs"] as const;
    await Promise.all(kinds.map(async (kind) => roomy.entities(collectionOf(kind), neverAborted)));
    expect(under.most).toBe(2);
  });

  it("stops when its caller gives up", async () => {
    const catalog = apiCatalog(clientOver(contractWorld()));
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(catalog.entities(collectionOf("projects"), signal)).rejects.toThrow("enough");
  });
});
