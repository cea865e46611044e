import { describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError, reasonOf } from "../../src/core/errors.ts";
import { PathTree } from "../../src/tree/path-tree.ts";
import { demoWorld } from "../helpers/demo-world.ts";
import { cachedCatalog, pathTree } from "../helpers/catalogs.ts";

/** A folder whose listing has a deleted owner, and the requests that a look at it makes. */
const OWNERS = [
  ["/projects/Demo/samples/10/files", "/projects/Demo/samples", "projects/1/samples"],
  ["/projects/Demo/appresults/Calls/files", "/projects/Demo/appresults", "projects/1/appresults"],
  ["/runs/180101_M1/files", "/runs", "runs"],
  ["/projects/Demo/samples", "/projects", "projects"],
] as const;

async function lookAt(tree: PathTree, path: string): Promise<string> {
  try {
    await tree.list(await tree.resolve(path, neverAborted), neverAborted);
    return "listed";
  } catch (error) {
    return reasonOf(error);
  }
}

describe("a listing that the service does not know", () => {
  it.each(OWNERS)("%s: the one its owner is in is no longer believed", async (path, above, key) => {
    const world = demoWorld();
    const tree = pathTree({ catalog: cachedCatalog(world) });
    expect(await lookAt(tree, above)).toBe("listed");
    world.failure = new BsmountError("not-found", "gone");
    expect(await lookAt(tree, path)).toBe("not-found");
    world.failure = undefined;
    world.asked.length = 0;
    expect(await lookAt(tree, above)).toBe("listed");
    expect(world.asked).toContain(key);
  });

  it("that fails in another way does not show whether its owner exists", async () => {
    const world = demoWorld();
    const tree = pathTree({ catalog: cachedCatalog(world) });
    await lookAt(tree, "/runs");
    world.failure = new BsmountError("timeout", "late");
    expect(await lookAt(tree, "/runs/180101_M1/files")).toBe("timeout");
    world.failure = undefined;
    world.asked.length = 0;
    await lookAt(tree, "/runs");
    expect(world.asked).toEqual([]);
  });
});
