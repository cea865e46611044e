import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { unmountAt } from "../../src/mount/mount.ts";
import { MountedChild, MountPlace } from "../helpers/mount-for-test.ts";

/*
 * Between the close of a file and its release, no process has it open although the mount is in use. The tests create
 * such a state: the only descriptor is in transit through a socket, where /proc does not show it.
 */
const HOLD = `
import os, socket, sys, time
to, back = socket.socketpair(socket.AF_UNIX)
fd = os.open(sys.argv[1], os.O_RDONLY)
socket.send_fds(to, [b"x"], [fd])
os.close(fd)
print("held", flush=True)
sys.stdin.read()
time.sleep(float(sys.argv[2]))
`;

interface Held extends AsyncDisposable {
  /** Releases the file after this many seconds. */
  letGo(): void;
}

async function hold(path: string, seconds: number): Promise<Held> {
  const holder: ChildProcess = spawn("python3", ["-c", HOLD, path, String(seconds)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(createInterface({ input: holder.stdout ?? process.stdin }), "line");
  const ended = once(holder, "exit");
  return {
    letGo: () => holder.stdin?.end(),
    [Symbol.asyncDispose]: async () => {
      holder.kill("SIGKILL");
      await ended;
    },
  };
}

async function unmounted({ runtimeFolder, mountPoint }: MountPlace): Promise<string> {
  return await unmountAt(mountPoint, { runtimeFolder, lazy: false, wait: true }, neverAborted).then(
    () => "unmounted",
    (error: unknown) => `${reasonOf(error)}: ${String(error)}`,
  );
}

it("a mount without visible holders is unmounted as soon as the kernel releases its files", async () => {
  await using place = await MountPlace.create();
  await using child = await MountedChild.start(place.payload);
  await using held = await hold(join(place.mountPoint, "hello.txt"), 1);
  held.letGo();
  expect(await unmounted(place)).toBe("unmounted");
  expect(await child.exited).toBe(0);
});

it("and is in use by an invisible process when it does not", async () => {
  await using place = await MountPlace.create();
  await using _child = await MountedChild.start(place.payload);
  await using _held = await hold(join(place.mountPoint, "hello.txt"), 60);
  expect(await unmounted(place)).toMatch(/^busy: .*by a process that cannot be seen from here/);
  expect(place.isMounted).toBe(true);
});
