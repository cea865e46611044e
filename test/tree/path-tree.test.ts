import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { type Node, identityOf, pathOf, targetOf } from "../../src/tree/node.ts";
import { type PathTreeOptions } from "../../src/tree/path-tree.ts";
import { demoWorld } from "../helpers/demo-world.ts";
import { FakeClock } from "../helpers/fake-clock.ts";
import { entityOf, fileOf } from "../helpers/memory-catalog.ts";
import { cachedCatalog, pathTree } from "../helpers/catalogs.ts";

function demoTree(options: Partial<PathTreeOptions> = {}) {
  const world = demoWorld();
  const tree = pathTree({ catalog: world, ...options });
  const resolve = async (path: string, follow?: boolean): Promise<Node> =>
    await tree.resolve(path, neverAborted, follow);
  const names = async (path: string): Promise<string[]> => [
    ...(await tree.list(await resolve(path), neverAborted)).keys(),
  ];
  const text = async (path: string): Promise<string> => {
    const node = await resolve(path);
    if (node.kind !== "generated") throw new Error(`${path} is not generated`);
    const { bytes } = await tree.render(node, neverAborted);
    return Buffer.from(bytes).toString();
  };
  return { world, tree, resolve, names, text };
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => "none",
    (error: unknown) => reasonOf(error),
  );
}

describe("the tree", () => {
  it.each([
    ["/", ["projects", "runs"]],
    ["/projects", ["Demo", "Demo~2", "A／B"]],
    ["/projects/Demo", ["samples", "samples-by-name", "appresults"]],
    ["/projects/Demo/samples", ["10", "11", "12"]],
    ["/projects/Demo/samples-by-name", ["NA12878", "NA12878~11", "tumor"]],
    ["/projects/Demo/samples/10", ["files"]],
    ["/projects/Demo/samples/10/files", ["Data", "readme.txt"]],
    [
      "/projects/Demo/samples/10/files/Data/Intensities/BaseCalls",
      ["S1_R1_001.fastq.gz", "S1_R2_001.fastq.gz"],
    ],
    ["/projects/Demo/appresults", ["Calls"]],
    ["/projects/Demo/appresults/Calls/files", ["calls.vcf.gz", "calls.vcf.gz~200", "old.bam"]],
    ["/runs/180101_M1/files", ["InterOp", "RunInfo.xml"]],
    ["/projects/Demo~2/samples", []],
  ])("[T1] lists %s", async (path, names) => {
    expect((await demoTree().names(path)).sort()).toEqual(names.sort());
  });

  it.each([
    ["an Id", "/projects/2", "/projects/Demo~2"],
    [
      "an Id where the names are symlinks",
      "/projects/1/samples-by-name/12",
      "/projects/Demo/samples/12",
    ],
    [
      "a name that one entity has, in a folder of Ids",
      "/projects/1/samples/tumor",
      "/projects/Demo/samples/12",
    ],
    [
      "a symlink on the way",
      "/projects/Demo/samples-by-name/tumor/files",
      "/projects/Demo/samples/12/files",
    ],
    ["dots and doubled slashes", "//projects/./Demo/../Demo/samples/", "/projects/Demo/samples"],
  ])("[T4] is found by %s", async (_what, path, canonical) => {
    expect(pathOf(await demoTree().resolve(path))).toBe(canonical);
  });

  it("links each name in samples-by-name to the sample's Id", async () => {
    const { resolve } = demoTree();
    const link = await resolve("/projects/Demo/samples-by-name/NA12878~11", false);
    expect(link.kind === "link" && targetOf(link)).toBe("../samples/11");
  });

  it.each([
    ["a name that two entities have, in a folder of Ids", "/projects/Demo/samples/NA12878"],
    ["an Id below files", "/projects/Demo/samples/10/files/102"],
    ["an unencoded name below files", "/projects/Demo/samples/10/files/calls.vcf.gz"],
    ["a sample of another project", "/projects/Demo~2/samples/10"],
    ["anything else", "/projects/none"],
  ])("[T4] is not found by %s", async (_what, path) => {
    expect(await failureOf(demoTree().resolve(path))).toBe("not-found");
  });

  it("has no entries below files and links", async () => {
    const { tree, resolve } = demoTree();
    expect(await failureOf(resolve("/runs/180101_M1/files/RunInfo.xml/x"))).toBe("not-a-directory");
    const file = await resolve("/runs/180101_M1/files/RunInfo.xml");
    expect(() => tree.list(file, neverAborted)).toThrow(/RunInfo.xml is not a directory/);
  });

  it("returns in the same turn when the catalog does", () => {
    const { tree } = demoTree();
    const projects = tree.child(tree.root, "projects", neverAborted) as Node;
    expect(tree.child(projects, "Demo", neverAborted)).not.toBeInstanceOf(Promise);
    expect(tree.list(projects, neverAborted)).toBeInstanceOf(Map);
  });

  it("keeps hostile paths below files", async () => {
    const { world, names } = demoTree();
    world.put("run 30", [
      fileOf(1, "../../x"),
      fileOf(2, "/etc/passwd"),
      fileOf(3, "a//b"),
      fileOf(4, "./."),
    ]);
    expect((await names("/runs/180101_M1/files")).sort()).toEqual(["a", "‛", "．", "．．"].sort());
    expect(await names("/runs/180101_M1/files/．．/．．")).toEqual(["x"]);
    expect(await names("/runs/180101_M1/files/‛/etc")).toEqual(["passwd"]);
    expect(await names("/runs/180101_M1/files/a/‛")).toEqual(["b"]);
  });
});

describe("hidden files", () => {
  it.each([
    ["/projects/Demo/.id", "1\n"],
    ["/projects/A／B/.name", "A/B\n"],
    ["/projects/Demo/.type", "projects\n"],
    ["/projects/Demo/samples/10/.type", "samples\n"],
    ["/projects/Demo/appresults/Calls/.type", "appresults\n"],
    ["/runs/180101_M1/.type", "runs\n"],
    ["/runs/180101_M1/.href", "v1pre3/runs/30\n"],
    ["/projects/Demo/.json", '{\n  "Id": "1",\n  "Name": "Demo"\n}\n'],
  ])("[T2] %s says %j", async (path, text) => {
    expect(await demoTree().text(path)).toBe(text);
  });

  it("[T2] of a collection is its whole listing as one JSON array", async () => {
    const { text } = demoTree();
    const projects: unknown = JSON.parse(await text("/projects/.json"));
    expect(projects).toMatchObject([{ Id: "1" }, { Id: "2" }, { Id: "3" }]);
    expect(JSON.parse(await text("/projects/Demo/samples/.json"))).toHaveLength(3);
    expect(JSON.parse(await text("/projects/Demo/appresults/.json"))).toHaveLength(1);
    expect(JSON.parse(await text("/runs/.json"))).toHaveLength(1);
  });

  it("cost a request for nothing but the .json of an entity", async () => {
    const { world, text } = demoTree();
    await text("/projects/Demo/.id");
    expect(new Set(world.asked)).toEqual(new Set(["projects"]));
    await text("/projects/Demo/.json");
    expect(world.asked).toContain("project 1");
  });

  it("[T2] are not listed unless that is asked for", async () => {
    const { names } = demoTree({ showHidden: true });
    expect(await names("/projects/Demo")).toEqual([
      ".id",
      ".name",
      ".type",
      ".href",
      ".json",
      "samples",
      "samples-by-name",
      "appresults",
    ]);
    expect(await names("/runs")).toEqual([".json", "180101_M1"]);
    expect(await names("/runs/180101_M1/files")).toEqual(["InterOp", "RunInfo.xml"]);
    expect(await names("/")).toEqual(["projects", "runs"]);
  });

  it("[T4] have their names before any entity", async () => {
    const { world, resolve, names } = demoTree();
    world.list("runs", [entityOf("run", 5, ".json"), entityOf("run", 6, ".bsmount")]);
    expect(await names("/runs")).toEqual([".json~5", ".bsmount~6"]);
    expect((await resolve("/runs/.json")).kind).toBe("generated");
    expect((await resolve("/runs/5")).kind).toBe("entity");
  });

  it("are not below files, where they would hide what is there", async () => {
    const { world, resolve } = demoTree();
    world.put("run 30", [fileOf(1, ".json")]);
    expect((await resolve("/runs/180101_M1/files/.json")).kind).toBe("file");
    world.put("run 30", []);
    expect(await failureOf(resolve("/runs/180101_M1/files/.json"))).toBe("not-found");
  });
});

describe("what is not listed", () => {
  function slowTree() {
    const world = demoWorld();
    const clock = new FakeClock();
    const catalog = cachedCatalog(world, { clock });
    const tree = pathTree({ catalog, clock });
    return { world, clock, catalog, tree };
  }

  it("[T6] is found by Id when the user may see it", async () => {
    const { world, tree } = slowTree();
    world.share(entityOf("project", 77, "Shared"));
    const node = await tree.resolve("/projects/77/samples", neverAborted);
    expect(pathOf(node)).toBe("/projects/77/samples");
    const project = await tree.resolve("/projects/77", neverAborted);
    expect(await tree.current(project, neverAborted)).toBe(project);
  });

  it("[T6] is asked for once in five seconds, and only by something that looks like an Id", async () => {
    const { world, tree, clock } = slowTree();
    const miss = async (name: string): Promise<string> =>
      await failureOf(tree.resolve(`/projects/${name}`, neverAborted));
    for (const name of ["foo.tmp", "0012", "12a", "-5", "999", "999"]) {
      expect(await miss(name)).toBe("not-found");
    }
    expect(world.asked).toEqual(["projects", "project 999"]);
    clock.advance(5000);
    expect(await miss("999")).toBe("not-found");
    expect(world.asked).toEqual(["projects", "project 999", "project 999"]);
  });

  it("[T6] is no request where the project's listing is the whole truth", async () => {
    const { world, tree } = slowTree();
    expect(await failureOf(tree.resolve("/projects/1/samples/999", neverAborted))).toBe(
      "not-found",
    );
    expect(world.asked).toEqual(["projects", "projects/1/samples"]);
  });

  it("is not taken for absent when the service fails", async () => {
    const { world, tree } = slowTree();
    await tree.resolve("/projects", neverAborted);
    await tree.resolve("/projects/1", neverAborted);
    world.failure = new Error("down");
    expect(await failureOf(tree.resolve("/projects/999", neverAborted))).toBe("unavailable");
    world.failure = undefined;
    world.share(entityOf("project", 999, "Late"));
    expect((await tree.resolve("/projects/999", neverAborted)).kind).toBe("entity");
  });

  it("is asked for again at once when what is absent was forgotten", async () => {
    const world = demoWorld();
    const tree = pathTree({ catalog: world });
    const look = async (): Promise<unknown> => await tree.resolve("/projects/998", neverAborted);
    await expect(look()).rejects.toThrow("there is no");
    world.share(entityOf("project", 998, "Later"));
    await expect(look()).rejects.toThrow("there is no");
    tree.forgetAbsent();
    expect(await look()).toMatchObject({ entity: { name: "Later" } });
  });

  it("shows up by name when the listing is older than the TTL", async () => {
    const { world, tree, clock } = slowTree();
    expect(await failureOf(tree.resolve("/runs/new", neverAborted))).toBe("not-found");
    world.list("runs", [entityOf("run", 31, "new")]);
    expect(await failureOf(tree.resolve("/runs/new", neverAborted))).toBe("not-found");
    clock.advance(60_000);
    expect((await tree.resolve("/runs/new", neverAborted)).kind).toBe("entity");
    expect(world.asked).toEqual(["runs", "runs"]);
  });
});

describe("a node that is kept", () => {
  it.each([
    "/",
    "/projects",
    "/projects/Demo",
    "/projects/Demo/samples/10/files",
    "/projects/Demo/samples/10/files/Data/Intensities",
    "/projects/Demo/samples/10/files/readme.txt",
    "/projects/Demo/.json",
  ])("is itself while nothing changed: %s", async (path) => {
    const { tree, resolve } = demoTree();
    const node = await resolve(path);
    const current = await tree.current(node, neverAborted);
    expect(identityOf(current)).toBe(identityOf(node));
    expect(await tree.current(current, neverAborted)).toBe(current);
  });

  it("is the new state of the same thing after a change", async () => {
    const { world, tree, resolve } = demoTree();
    const file = await resolve("/runs/180101_M1/files/RunInfo.xml");
    const run = await resolve("/runs/180101_M1");
    world.list("runs", [entityOf("run", 30, "renamed")]);
    world.put("run 30", [fileOf(300, "RunInfo.xml", { sizeBytes: 77 })]);
    expect(await tree.current(run, neverAborted)).toMatchObject({ name: "renamed" });
    expect(await tree.current(file, neverAborted)).toMatchObject({ item: { sizeBytes: 77 } });
  });

  it("is still the older version when a newer one took its name", async () => {
    const { world, tree, resolve } = demoTree();
    const file = await resolve("/runs/180101_M1/files/RunInfo.xml");
    world.put("run 30", [fileOf(300, "RunInfo.xml"), fileOf(400, "RunInfo.xml")]);
    expect(await tree.current(file, neverAborted)).toMatchObject({ name: "RunInfo.xml~300" });
    expect(await resolve("/runs/180101_M1/files/RunInfo.xml")).toMatchObject({
      item: { id: "400" },
    });
  });

  it("is not found after it was deleted", async () => {
    const { world, tree, resolve } = demoTree();
    const nodes = await Promise.all(
      ["/runs/180101_M1", "/runs/180101_M1/files/InterOp", "/runs/180101_M1/files/RunInfo.xml"].map(
        async (path) => await resolve(path),
      ),
    );
    world.put("run 30", []);
    for (const node of nodes.slice(1)) {
      expect(() => tree.current(node, neverAborted)).toThrow(/there is no/);
    }
    world.list("runs", []);
    for (const node of nodes) {
      expect(() => tree.current(node, neverAborted)).toThrow(/there is no/);
    }
  });
});
