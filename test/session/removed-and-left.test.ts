import { writeFile } from "node:fs/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { FILES, type KilledSession, RESULT, useKilledSession } from "../helpers/killed-session.ts";
import type { TestEmulator } from "../helpers/start-test-emulator.ts";

/* Files that were removed, renamed or replaced, and whose mount was killed, or whose result was completed meanwhile. */

const world = useKilledSession();
let here: KilledSession;
let emulator: TestEmulator;

beforeEach(() => {
  here = world();
  emulator = here.emulator;
});

/** How many requests are still to be delayed. */
async function requestsToDelay(): Promise<number | undefined> {
  const response = await fetch(`${emulator.apiServer}/__faults`);
  return ((await response.json()) as { readonly left?: number }[])[0]?.left;
}

describe("a file that is written again after it was removed or renamed", () => {
  it("[W19][W28] is uploaded by the next mount: what is hidden is not newer", async () => {
    await here.write({ name: "f", text: "one" });
    await here.remove("f");
    await here.write({ name: "f", text: "second", isRefused: true });
    await here.kill();
    await using session = await here.sessionIn(here.next);
    await expect.poll(() => session.uploads()).toMatchObject({ pending: 0, failed: 0 });
    expect([await here.names(session), await here.text("f", session)]).toEqual([["f"], "second"]);
  });

  it("[W19][W28] is shown by all later mounts, also when it has the same bytes", async () => {
    await here.write({ name: "f", text: "same" });
    await here.remove("f");
    await here.write({ name: "f", text: "same", isRefused: true });
    await here.kill();
    {
      await using session = await here.sessionIn(here.next);
      await expect.poll(() => session.uploads()).toMatchObject({ pending: 0, failed: 0 });
    }
    await using session = await here.sessionIn(here.next);
    expect(await here.names(session)).toEqual(["f"]);
  });

  it("[W15][W28] keeps its result from being completed without it", async () => {
    await here.write({ name: "f", text: "one" });
    await here.remove("f");
    await here.write({ name: "f", text: "second", isRefused: true });
    await here.kill();
    await using session = await here.sessionIn(here.next, { adoptsLeftovers: false });
    const completed = session.setStatus(RESULT, { status: "Complete" }, neverAborted);
    expect(await completed.then(() => "none", reasonOf)).toBe("unfinished");
  });

  it("[W2] leaves no old name behind when its new version was renamed before a crash", async () => {
    await here.write({ name: "x", text: "old" });
    await here.reopen();
    await here.write({ name: "x", text: "newer", isRefused: true });
    await here.rename("x", "y");
    expect(await here.names()).toEqual(["y"]);
    await here.kill();
    await using session = await here.sessionIn(here.next);
    await expect.poll(() => session.uploads()).toMatchObject({ pending: 0, failed: 0 });
    expect([await here.names(session), await here.text("y", session)]).toEqual([["y"], "newer"]);
  });
});

describe("a result that is being completed", () => {
  it("[W13] lets no file in it be renamed, so that none is missing when it is complete", async () => {
    await here.write({ name: "a", text: "one" });
    await here.write({ name: "b", text: "two", isRefused: true });
    emulator.addFaults("POST /appresults/*/files n=1 delay=500ms");
    const completed = here.first.setStatus(RESULT, { status: "Complete" }, neverAborted);
    await expect.poll(requestsToDelay).toBe(0);
    for (const name of ["a", "b"]) {
      expect(await here.rename(name, `${name}.tmp`).then(() => "none", reasonOf)).toBe("busy");
    }
    await completed;
    await here.first.refresh();
    expect(await here.names()).toEqual(["a", "b"]);
  });

  it("[W28] still shows a version whose successor was never uploaded, when that is removed", async () => {
    await here.write({ name: "x", text: "old" });
    await here.write({ name: "x", text: "newer", isRefused: true });
    const { client } = here.first;
    const [project] = await client.users.projects().all();
    const [result] = await client.projects.appResults(project?.id ?? "").all();
    const { appSession } = await client.appResults.get(result?.id ?? "");
    await client.appSessions.setStatus(appSession?.id ?? "", { status: "Complete", summary: "" });
    await here.first.refresh();
    await here.remove("x");
    expect([await here.names(), await here.text("x")]).toEqual([["x"], "old"]);
  });
});

describe("a file that was removed on another mount", () => {
  it("[W28] is not shown any more by the mount that wrote it", async () => {
    await here.write({ name: "f", text: "one" });
    await using other = await here.sessionIn(here.home, { adoptsLeftovers: false });
    await here.remove("f", other);
    await expect.poll(async () => await here.names(), { timeout: 5000 }).toEqual([]);
  });
});

describe("a copy of a local file to the path of one that is not shown", () => {
  it("[W28] is uploaded though its first request was lost, and the hidden file has the same bytes", async () => {
    await here.write({ name: "f", text: "same" });
    await here.remove("f");
    const source = here.home.join("f");
    await writeFile(source, "same");
    await using copying = await here.sessionIn(here.home, { adoptsLeftovers: false });
    const { transferPaths, client } = copying;
    const { appResultId, path, existedBefore } = await transferPaths.uploadInto(
      FILES,
      { name: "f", source },
      neverAborted,
    );
    emulator.addFaults("POST /appresults/*/files n=1 reset-before");
    await client.transfers.upload({ appResultId, path }, source, { existedBefore });
    await copying.refresh();
    expect([await here.names(copying), await here.text("f", copying)]).toEqual([["f"], "same"]);
  });
});
