import { expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { silentLogger } from "../../src/core/logger.ts";
import { startAdoption } from "../../src/session/adopt-leftovers.ts";
import type { Staging } from "../../src/write/staging.ts";
import { useAdoption } from "../helpers/adoption-world.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";

/* What programs do while a mount adopts what an ended one has left. */

const here = useStagedFiles();
const killed = useAdoption(here);

test("[W19] a file that is written while others are adopted is not joined by an older one of its path", async () => {
  await here.written("a", "older");
  await here.written("f", "older");
  await killed.kill();
  const { appResultId } = here.world;
  const result = { kind: "appresult", id: appResultId, name: "r", status: "Running" };
  const catalog = { entity: async () => result, files: async () => [] };
  const others: string[] = [];
  const adopt: Staging["adopt"] = async (onFailure) => {
    const files = await killed.staging.adopt(onFailure);
    return files.map((file) => {
      const open: typeof file.open = async () => {
        // A program writes the other path meanwhile.
        const path = file.known?.resultFile?.path === "f" ? "a" : "f";
        others.push(path);
        if (others.length === 1) await killed.next.create(here.world.resultFile(path));
        return await file.open();
      };
      return { ...file, open };
    });
  };
  const options = { staged: killed.next, staging: { adopt } as Staging, logger: silentLogger };
  await using _adoption = await startAdoption(
    { ...options, catalog: catalog as unknown as Catalog },
    neverAborted,
  );
  const paths = killed.next.lists.files.map(({ path }) => path);
  expect(paths.toSorted()).toEqual(["a", "f"]);
  expect(others).toHaveLength(1);
  expect(killed.staging.unadopted()).toMatchObject([{ why: "its path is being written again" }]);
});
