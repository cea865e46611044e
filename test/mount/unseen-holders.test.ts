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
 * Between the close of a file and its release nobody holds it and the mount is in use all the same. Here that
 * lasts as long as a test wants: the only descriptor is under way through a socket, where /proc shows none.
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
  /** Lets go after so many seconds. */
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

it("a mount that nobody is seen to use is unmounted as soon as the kernel lets go of its files", async () => {
  await using place = await MountPlace.create();
  await using child = await MountedChild.start(place.payload);
  await using held = await hold(join(place.mountPoint, "hello.txt"), 1);
  held.letGo();
  expect(await unmounted(place)).toBe("unmounted");
  expect(await child.exited).toBe(0);
});

it("and is in use by somebody unseen when that does not come", async () => {
  await using place = await MountPlace.create();
  await using _child = await MountedChild.start(place.payload);
  await using _held = await hold(join(place.mountPoint, "hello.txt"), 60);
  expect(await unmounted(place)).toMatch(/^busy: .*by a process that cannot be seen from here/);
  expect(place.isMounted).toBe(true);
});
