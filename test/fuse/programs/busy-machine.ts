import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { neverAborted } from "../../../src/core/abort.ts";
import { OtherWriters } from "../../../src/fuse/other-writers.ts";
import { type Processes, systemProcesses } from "../../../src/linux/open-descriptors.ts";
import { FakeClock } from "../../helpers/fake-clock.ts";
import { ShellSession } from "../../helpers/shell-session.ts";
import { tempDir } from "../../helpers/temp-dir.ts";

/*
 * Runs in a PID namespace of its own: starts 1000 processes, has the process numbers begin anew, and prints what is
 * found out about files that others write meanwhile, and how many processes were looked at for it.
 */

const IDLE = 1000;
const LAST_PID = "/proc/sys/kernel/ns_last_pid";

const pidMax = Number(readFileSync("/proc/sys/kernel/pid_max", "utf8"));
let looks = 0;
const processes: Processes = {
  ...systemProcesses,
  writeAccess: (pid, file) => {
    looks += 1;
    return systemProcesses.writeAccess(pid, file);
  },
};
const clock = new FakeClock();
const writers = new OtherWriters({ clock, processes, mount: { mountPoint: "" } });
await using folder = await tempDir();
await using idle = new ShellSession();
writeFileSync(LAST_PID, "5000");
await idle.run(`for at in $(seq ${IDLE}); do sleep 600 &> /dev/null & done`);

let made = 0;

/** A new shell makes and writes a file as its descriptor 3, runs `script`, and closes the file. */
async function states(script: string, wraps: boolean, afterClose = "true"): Promise<unknown> {
  made += 1;
  const [handle, path] = [made, join(folder.path, `f${made}`)];
  const stateOf = async (): Promise<string> =>
    await writers.stateOf(handle, { path }, neverAborted);
  await using shell = new ShellSession();
  const before = looks;
  await shell.run("true");
  writers.opened(handle, { path });
  await shell.run(`exec 3>${path}; echo one >&3`);
  await writers.changes(handle, path);
  if (wraps) writeFileSync(LAST_PID, String(pidMax - 2));
  await shell.run(script);
  const first = await stateOf();
  await shell.run("exec 3>&-");
  const second = await stateOf();
  await shell.run(afterClose);
  const third = await stateOf();
  writers.released(handle);
  return { states: [first, second, third], looks: looks - before };
}

/** With numbers from both ends; the one that is left has the descriptor. */
const CHILDREN =
  "for at in 1 2 3 4; do sleep 600 3>&- &> /dev/null & done; sleep 600 &> /dev/null & last=$!";
const END_LAST = "kill $last; wait $last";

const result = {
  pids: readFileSync("/proc/loadavg", "utf8").split("/")[1]?.split(" ")[0],
  own: await states("true", false),
  ownAgain: await states("true", false),
  ownWrapped: await states("true", true),
  inherited: await states(CHILDREN, false, END_LAST),
  inheritedWrapped: await states(CHILDREN, true, END_LAST),
};
console.log(JSON.stringify(result));
// All processes of the namespace end with this first one.
