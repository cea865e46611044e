import { openSync } from "node:fs";
import { neverAborted } from "../../../src/core/abort.ts";
import { describeError, reasonOf } from "../../../src/core/errors.ts";
import { readMountTable } from "../../../src/linux/mount-table.ts";
import { fuseDescriptors, watchMount } from "../../../src/fuse/mount-watch.ts";
import { OpenMountTable } from "../../../src/linux/open-mount-table.ts";
import { OtherWriters } from "../../../src/fuse/other-writers.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";

/* Uses up all its descriptors, and then prints what a mount's process would see. */

using table = new OpenMountTable();
const root = table.mountedOn("/proc");
if (root === undefined) throw new Error("/proc is not mounted");
const clock = new FakeClock();
const writers = new OtherWriters({ clock, mount: { mountPoint: "" } });
const endings: string[] = [];
using watch = watchMount(
  { entry: root, table, descriptor: undefined },
  { onDetached: () => endings.push("detached"), onEnd: () => endings.push("ended") },
);
const gone = { ...root, id: 999_999_999 };

try {
  for (;;) openSync("/dev/null", "r");
} catch (error) {
  if (reasonOf(error) !== "no-descriptors") throw error;
}

function attempt(work: () => unknown): string {
  try {
    work();
    return "done";
  } catch (error) {
    return `${reasonOf(error)}: ${describeError(error).split(":")[0]}`;
  }
}

watch.check();
writers.opened(1, { path: "/nowhere/f" });
await writers.changes(1, "/nowhere/f");
const isOpen = writers.isOpenForWriting(1, { path: "/nowhere/f" }, neverAborted);
for (let second = 0; second < 5; second += 1) {
  await new Promise(setImmediate);
  clock.advance(1000);
}
console.log(
  JSON.stringify({
    lists: [table.includes(root), table.includes(gone)],
    endings,
    table: attempt(readMountTable),
    sees: fuseDescriptors() === undefined ? "nothing" : "something",
    othersWrite: await isOpen,
  }),
);
