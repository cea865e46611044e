import { mkdir, readdir, stat } from "node:fs/promises";
import { expect, it } from "vitest";
import { prepareStaging } from "../../src/cli/prepare-staging.ts";
import { resolveConfig } from "../../src/config/config.ts";
import { type TempDir, tempDir } from "../helpers/temp-dir.ts";

async function prepare(dir: TempDir, stagingDir: string): Promise<void> {
  const uid = process.getuid?.() ?? 0;
  const variables = { BASESPACE_ACCESS_TOKEN: "abc", XDG_STATE_HOME: dir.join("state") };
  const environment = { home: dir.path, uid, gid: 0, variables };
  await prepareStaging(await resolveConfig({ stagingDir }, environment), uid);
}

it("[S3] a --staging-dir is made if its parent exists, and nothing above it ever is", async () => {
  await using dir = await tempDir();
  const disk = dir.join("disk");
  await expect(prepare(dir, `${disk}/staging`)).rejects.toThrow(`there is no folder ${disk}`);
  expect(await readdir(dir.path)).toEqual([]);
  await mkdir(disk);
  await prepare(dir, `${disk}/staging`);
  expect((await stat(`${disk}/staging`)).mode & 0o777).toBe(0o700);
  await prepare(dir, `${disk}/staging`);
});
