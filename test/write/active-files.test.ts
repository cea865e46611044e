import { expect, test } from "vitest";
import type { StagedFile } from "../../src/write/staged-file.ts";
import { ActiveFiles } from "../../src/write/active-files.ts";
import { closeFile } from "../helpers/adoption-world.ts";
import { useStagedFiles } from "../helpers/staged-files-world.ts";
import { content, PART } from "../helpers/upload-world.ts";

/* Files that are being uploaded to one path at the same time. */

const here = useStagedFiles();
const signal = new AbortController().signal;
const TEXT = content(3 * PART + 9);

const begun = (): number => here.world.sent("POST", /\/appresults\/\d+\/files$/);

/** The first parts of `path` are in BaseSpace. */
async function sentAhead(path: string): Promise<StagedFile> {
  const file = await here.written(path, TEXT);
  await expect.poll(() => here.world.sent("PUT", /\/parts\/3$/)).toBe(1);
  return file;
}

test("what was sent ahead for a path is sent anew when another file was completed there meanwhile", async () => {
  const early = await sentAhead("f.tmp");
  await closeFile(here.files, await here.written("f", "other"));
  const before = begun();
  await here.files.names.finishAs(early, { path: "f" }, signal);
  expect(begun() - before).toBe(1);
  expect(await here.world.remote()).toEqual(["f=other", `f=${TEXT}`]);
  expect(early.content.uploaded?.id).toBe(early.id);
});

test("the same is true of a file that got its path by a rename", async () => {
  const early = await sentAhead("e.tmp");
  await here.files.names.rename(early, { path: "f.tmp" }, signal);
  here.world.emulator.clearRequests();
  await early.content.write(TEXT.length, Buffer.from("more"));
  await expect.poll(() => here.world.sent("PUT", /\/parts\/3$/)).toBe(1);
  await closeFile(here.files, await here.written("f", "other"));
  const before = begun();
  await here.files.names.finishAs(early, { path: "f" }, signal);
  expect(begun() - before).toBe(1);
  expect(await here.world.remote()).toEqual(["f=other", `f=${TEXT}more`]);
});

test("a file is found by where it is uploaded to, for as long as it is active", async () => {
  const [a, b, c] = [await here.written("a"), await here.written("b"), await here.written("c.tmp")];
  const active = new ActiveFiles();
  for (const file of [a, b, c, c]) active.add(file);
  await b.rename({ path: "a" }, signal);
  active.moved(b);
  await c.rename({ path: "a.tmp" }, signal);
  active.moved(c);
  expect([...active.uploadedTo(a.content.destination)]).toEqual([a, b, c]);
  active.delete(a);
  active.delete(a);
  active.moved(a);
  expect([...active.uploadedTo(a.content.destination)]).toEqual([b, c]);
  expect([...active]).toEqual([b, c]);
  for (const file of [b, c]) active.delete(file);
  expect([...active.uploadedTo(a.content.destination)]).toEqual([]);
});
