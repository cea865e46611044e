import { describe, expect, it } from "vitest";
import { type Entity, collectionOf } from "../../src/catalog/catalog.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { type ListingMessage, listings } from "../../src/core/telemetry.ts";
import { contractWorld, describeCatalog } from "../contracts/catalog.ts";
import { clientOver } from "../helpers/catalog-client.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { MemoryCatalog, entityOf, fileOf } from "../helpers/memory-catalog.ts";
import { apiCatalog, cachedCatalog } from "../helpers/catalogs.ts";

const PROJECTS = collectionOf("projects");

describeCatalog("CachedCatalog", (world) => cachedCatalog(apiCatalog(clientOver(world))));

function cached(options: { ttlMs?: number; maxBytes?: number } = {}) {
  const world = contractWorld();
  const clock = new FakeClock();
  return { world, clock, catalog: cachedCatalog(world, { ...options, clock }) };
}

const sample = (more: Partial<Entity> = {}): Entity => entityOf("sample", 10, "NA12878", more);

describe("a cached listing", () => {
  it("is fetched once within the TTL, and then returned in the same turn", async () => {
    const { world, catalog, clock } = cached();
    const first = await catalog.entities(PROJECTS, neverAborted);
    clock.advance(59_999);
    expect(catalog.entities(PROJECTS, neverAborted)).toBe(first);
    expect(world.asked).toEqual(["projects"]);
  });

  it("is asked for again after the TTL", async () => {
    const { world, catalog, clock } = cached({ ttlMs: 1000 });
    await catalog.entities(PROJECTS, neverAborted);
    clock.advance(1000);
    world.list("projects", [entityOf("project", 3, "New")]);
    const listed = await catalog.entities(PROJECTS, neverAborted);
    expect(listed.map(({ name }) => name)).toEqual(["New"]);
  });

  it("is the same array while nothing changed, and else has the same items where they did not", async () => {
    const { world, catalog, clock } = cached({ ttlMs: 1000 });
    const first = await catalog.entities(PROJECTS, neverAborted);
    world.list("projects", structuredClone([...first]));
    clock.advance(1000);
    expect(await catalog.entities(PROJECTS, neverAborted)).toBe(first);
    world.list("projects", [...structuredClone([...first]), entityOf("project", 3, "New")]);
    clock.advance(1000);
    const third = await catalog.entities(PROJECTS, neverAborted);
    expect(third).toHaveLength(3);
    expect(third[0]).toBe(first[0]);
  });

  it("ages from when it was asked for, not from when it came", async () => {
    const { world, clock } = cached();
    const slow = {
      entities: async () => {
        const listed = world.entities(PROJECTS);
        clock.advance(900);
        return listed;
      },
      files: () => [],
      local: () => undefined,
      entity: (kind: "run", id: string) => world.entity(kind, id),
      invalidate: () => {},
    };
    const catalog = cachedCatalog(slow, { ttlMs: 1000, clock });
    await catalog.entities(PROJECTS, neverAborted);
    clock.advance(100);
    expect(catalog.entities(PROJECTS, neverAborted)).toBeInstanceOf(Promise);
  });

  it("is asked for once by all who want it at the same time", async () => {
    const { world, catalog } = cached();
    const seen: ListingMessage[] = [];
    const stop = listings.subscribe((message) => seen.push(message));
    const wanted = [1, 2, 3].map(async () => await catalog.entities(PROJECTS, neverAborted));
    await Promise.all(wanted);
    await catalog.entities(PROJECTS, neverAborted);
    stop();
    expect(world.asked).toEqual(["projects"]);
    expect(seen.map(({ outcome }) => outcome)).toEqual(["miss", "shared", "shared", "hit"]);
    expect(seen[0]?.collection).toBe("projects");
  });

  it("[F4] fails when the service does, though an old one is cached, and is fetched again afterwards", async () => {
    const { world, catalog, clock } = cached({ ttlMs: 1000 });
    await catalog.entities(PROJECTS, neverAborted);
    clock.advance(1000);
    world.failure = new Error("down");
    await expect(catalog.entities(PROJECTS, neverAborted)).rejects.toThrow("down");
    world.failure = undefined;
    expect(await catalog.entities(PROJECTS, neverAborted)).toHaveLength(2);
  });

  it("is forgotten when it is invalidated, alone or with all others", async () => {
    const { world, catalog } = cached();
    const samples = collectionOf("samples", "1" as never);
    for (const collection of [PROJECTS, samples]) await catalog.entities(collection, neverAborted);
    catalog.invalidate(PROJECTS);
    for (const collection of [PROJECTS, samples]) await catalog.entities(collection, neverAborted);
    expect(world.asked).toEqual(["projects", "projects/1/samples", "projects"]);
    catalog.invalidateAll();
    for (const collection of [PROJECTS, samples]) await catalog.entities(collection, neverAborted);
    expect(world.asked).toHaveLength(5);
  });

  it("that was under way when it was invalidated is not kept", async () => {
    const { world, catalog } = cached();
    const before = catalog.entities(PROJECTS, neverAborted);
    catalog.invalidate(PROJECTS);
    const after = catalog.entities(PROJECTS, neverAborted);
    await Promise.all([before, after]);
    await catalog.entities(PROJECTS, neverAborted);
    expect(world.asked).toEqual(["projects", "projects"]);
  });

  it("makes room for others when they take too much memory, but is kept itself however long", async () => {
    const { world, catalog } = cached({ maxBytes: 5000 });
    world.list(
      "runs",
      Array.from({ length: 50 }, (_, at) => entityOf("run", at + 1, `r${at}`)),
    );
    await catalog.entities(PROJECTS, neverAborted);
    const runs = await catalog.entities(collectionOf("runs"), neverAborted);
    expect(runs).toHaveLength(50);
    expect(catalog.entities(collectionOf("runs"), neverAborted)).toBe(runs);
    await catalog.entities(PROJECTS, neverAborted);
    expect(world.asked).toEqual(["projects", "runs", "projects"]);
  });
});

describe("a cached file list", () => {
  const complete = sample({ status: "Complete" });

  it("[F2] of something Complete is kept without limit while its owner stays the same", async () => {
    const { world, catalog, clock } = cached();
    world.put("sample 10", [fileOf(1, "a")]);
    await catalog.files(complete, neverAborted);
    clock.advance(30 * 86_400_000);
    await catalog.files({ ...complete }, neverAborted);
    expect(world.asked).toEqual(["samples/10/files"]);
  });

  it.each<[string, Partial<Entity>]>([
    ["status", { status: "Aborted" }],
    ["date", { dateModifiedMs: 5 }],
    ["size", { sizeBytes: 99 }],
    ["archive state", { isArchived: true }],
  ])("[F2] is asked for again as soon as its owner's %s changed", async (_what, change) => {
    const { world, catalog } = cached();
    world.put("sample 10", [fileOf(1, "a")]);
    await catalog.files(complete, neverAborted);
    await catalog.files({ ...complete, ...change }, neverAborted);
    expect(world.asked).toHaveLength(2);
  });

  it.each<[string, Partial<Entity>, boolean]>([
    ["of something Running", { status: "Running" }, false],
    ["of something without a status", { status: undefined }, false],
    ["with archived files", { status: "Complete" }, true],
  ])("[F2] %s obeys the TTL", async (_what, owner, isArchived) => {
    const { world, catalog, clock } = cached();
    world.put("sample 10", [fileOf(1, "a", { isArchived })]);
    await catalog.files(sample(owner), neverAborted);
    clock.advance(59_000);
    await catalog.files(sample(owner), neverAborted);
    expect(world.asked).toHaveLength(1);
    clock.advance(1000);
    await catalog.files(sample(owner), neverAborted);
    expect(world.asked).toHaveLength(2);
  });

  it("is forgotten with its owner", async () => {
    const { world, catalog } = cached();
    await catalog.files(complete, neverAborted);
    await catalog.entity("sample", "10", neverAborted);
    catalog.invalidate(complete);
    await catalog.files(complete, neverAborted);
    await catalog.entity("sample", "10", neverAborted);
    expect(world.asked).toHaveLength(4);
  });
});

describe("a cached single form", () => {
  it("is kept for the TTL", async () => {
    const { world, catalog, clock } = cached();
    const first = await catalog.entity("run", "30", neverAborted);
    expect(catalog.entity("run", "30", neverAborted)).toBe(first);
    clock.advance(60_000);
    await catalog.entity("run", "30", neverAborted);
    expect(world.asked).toEqual(["run 30", "run 30"]);
  });
});

describe("the items of an empty world", () => {
  it("are empty lists", async () => {
    const catalog = cachedCatalog(new MemoryCatalog());
    expect(await catalog.entities(PROJECTS, neverAborted)).toEqual([]);
  });
});
