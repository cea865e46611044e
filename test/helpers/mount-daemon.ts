import { startDaemon } from "../../src/mount/mount.ts";
import type { MountChildPayload } from "./mount-child.ts";
import { MOUNT_CHILD } from "./mount-for-test.ts";

/* A program that mounts the test content in the background, as `bsmount mount` does, and ends. */
const payload = JSON.parse(process.env["MOUNT_CHILD"] ?? "{}") as MountChildPayload;
try {
  const status = await startDaemon(
    { entry: MOUNT_CHILD, args: [], payload, logFile: payload.logFile },
    new AbortController().signal,
  );
  console.log(JSON.stringify(status));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
