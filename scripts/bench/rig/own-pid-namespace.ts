import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";

const INSIDE = "BSMOUNT_BENCH_PID_NAMESPACE";

/** Whether this process was started by {@link againInOwnPidNamespace}, so that its process numbers are its own. */
export function isInOwnPidNamespace(): boolean {
  return process.env[INSIDE] === "1";
}

/** Runs this program once more, in a PID namespace of its own; only root can. Returns its exit code. */
export async function againInOwnPidNamespace(): Promise<number> {
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn("unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", ...self], {
    stdio: "inherit",
    env: { ...process.env, [INSIDE]: "1" },
  });
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? 1;
}

/** The next process gets the number `next`, or the first that is free behind it. */
export function setNextPid(next: number): void {
  writeFileSync("/proc/sys/kernel/ns_last_pid", String(next - 1));
}

/** One more than the highest process number. */
export function pidMax(): number {
  return Number(readFileSync("/proc/sys/kernel/pid_max", "utf8"));
}
