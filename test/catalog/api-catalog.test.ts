import { describe, expect, expectTypeOf, it } from "vitest";
import type { BaseSpace } from "../../src/api/client.ts";
import { ApiCatalog, type CatalogClient } from "../../src/catalog/api-catalog.ts";
import { collectionOf } from "../../src/catalog/catalog.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { contractWorld, describeCatalog } from "../contracts/catalog.ts";
import { clientOver } from "../helpers/catalog-client.ts";
import { MemoryCatalog, entityOf, fileOf } from "../helpers/memory-catalog.ts";

describeCatalog("MemoryCatalog", (world) => world);
describeCatalog("ApiCatalog", (world) => new ApiCatalog(clientOver(world)));

describe("ApiCatalog", () => {
  it("takes the real client as it is", () => {
    expectTypeOf<BaseSpace>().toExtend<CatalogClient>();
  });

  it("shows an item once that two pages have", async () => {
    const [a, b, c] = [1, 2, 3].map((id) => entityOf("project", id, `p${id}`));
    const world = new MemoryCatalog().list("projects", [a!, b!, b!, c!]);
    const catalog = new ApiCatalog(clientOver(world));
    const listed = await catalog.entities(collectionOf("projects"), neverAborted);
    expect(listed.map(({ id }) => id)).toEqual(["1", "2", "3"]);
  });

  it("keeps one copy of a content type that many files have", async () => {
    const world = contractWorld().put("run 30", [
      fileOf(1, "a", { contentType: ["text", "plain"].join("/") }),
      fileOf(2, "b", { contentType: undefined }),
    ]);
    const catalog = new ApiCatalog(clientOver(world));
    const files = await catalog.files(world.entity("run", "30"), neverAborted);
    expect(files.map(({ contentType }) => contentType)).toEqual(["text/plain", undefined]);
  });

  it("stops when its caller gives up", async () => {
    const catalog = new ApiCatalog(clientOver(contractWorld()));
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(catalog.entities(collectionOf("projects"), signal)).rejects.toThrow("enough");
  });
});
