import { describe, expect, it } from "vitest";
import { type Catalog, type Entity, collectionOf } from "../../src/catalog/catalog.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { type FailureReason, reasonOf } from "../../src/core/errors.ts";
import type { ProjectId } from "../../src/core/ids.ts";
import { MemoryCatalog, entityOf, fileOf } from "../helpers/memory-catalog.ts";

const one = "1" as ProjectId;
const two = "2" as ProjectId;

/** The BaseSpace that every subject of the contract is made over. */
export function contractWorld(): MemoryCatalog {
  return new MemoryCatalog()
    .list("projects", [
      entityOf("project", 1, "Demo: set (A/B)", {
        dateModifiedMs: Date.UTC(2021, 5, 1),
        sizeBytes: 2 ** 40,
      }),
      entityOf("project", 2, "Empty"),
    ])
    .list("runs", [
      entityOf("run", 30, "180101_M1", { raw: { IsArchived: true }, isArchived: true }),
    ])
    .list("projects/1/samples", [entityOf("sample", 10, "NA12878")])
    .list("projects/1/appresults", [entityOf("appresult", 20, "Calls", { status: "Running" })])
    .put("sample 10", [fileOf(100, "a/b.txt"), fileOf(101, "c.txt", { isArchived: true })])
    .put("appresult 20", [fileOf(200, "calls.vcf.gz", { sizeBytes: 5 * 2 ** 30 })])
    .put("run 30", [fileOf(300, "RunInfo.xml", { dateModifiedMs: Date.UTC(2022, 1, 1) })]);
}

/** What every catalog does, whatever it stands on. `make` gives one over the world it is handed. */
export function describeCatalog(name: string, make: (world: MemoryCatalog) => Catalog): void {
  const subject = (): Catalog => make(contractWorld());
  const ownerOf = async (
    catalog: Catalog,
    kind: "sample" | "appresult" | "run",
  ): Promise<Entity> => {
    const collections = {
      sample: collectionOf("samples", one),
      appresult: collectionOf("appresults", one),
      run: collectionOf("runs"),
    };
    const entities = await catalog.entities(collections[kind], neverAborted);
    return entities[0] as Entity;
  };

  describe(name, () => {
    it("lists the projects and runs that the user sees", async () => {
      const catalog = subject();
      const world = contractWorld();
      for (const kind of ["projects", "runs"] as const) {
        const listed = await catalog.entities(collectionOf(kind), neverAborted);
        expect(listed).toEqual(world.entities(collectionOf(kind)));
      }
    });

    it("lists the samples and app results of one project", async () => {
      const catalog = subject();
      const samples = await catalog.entities(collectionOf("samples", one), neverAborted);
      const results = await catalog.entities(collectionOf("appresults", one), neverAborted);
      expect(samples.map(({ kind, id, name }) => [kind, id, name])).toEqual([
        ["sample", "10", "NA12878"],
      ]);
      expect(results.map(({ kind, id, status }) => [kind, id, status])).toEqual([
        ["appresult", "20", "Running"],
      ]);
      expect(await catalog.entities(collectionOf("samples", two), neverAborted)).toEqual([]);
    });

    it.each(["sample", "appresult", "run"] as const)("lists the files of a %s", async (kind) => {
      const catalog = subject();
      const owner = await ownerOf(catalog, kind);
      expect(await catalog.files(owner, neverAborted)).toEqual(contractWorld().files(owner));
    });

    it("gives one entity in its single form", async () => {
      const entity = await subject().entity("project", "1", neverAborted);
      expect(entity).toMatchObject({ kind: "project", id: "1", name: "Demo: set (A/B)" });
    });

    it.each<[FailureReason, string, (catalog: Catalog) => unknown]>([
      [
        "access-denied",
        "an Id that is not for this user",
        (c) => c.entity("run", "99", neverAborted),
      ],
      [
        "not-supported",
        "the files of a project",
        (c) => c.files(entityOf("project", 1, "Demo"), neverAborted),
      ],
    ])("fails with %s on %s", async (reason, _what, ask) => {
      const failure = await Promise.resolve()
        .then(() => ask(subject()))
        .then(
          () => undefined,
          (error: unknown) => error,
        );
      expect(reasonOf(failure)).toBe(reason);
    });
  });
}
