import { accessSync, closeSync, constants, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { maxDescriptors, MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";

/** What the check asks of the machine; the default is the real one. */
export interface Machine {
  readonly device: string;
  readonly configuration: string;
  readonly path: string;
  readonly root: boolean;
  /** How many descriptors this process may have. */
  readonly descriptors: number;
}

/** For connections, the kernel, and some files that are written at a time. */
const LEAST_DESCRIPTORS = 128;

export function thisMachine(): Machine {
  return {
    device: "/dev/fuse",
    configuration: "/etc/fuse.conf",
    path: process.env["PATH"] ?? "",
    root: process.geteuid?.() === 0,
    descriptors: maxDescriptors(),
  };
}

/**
 * Looks for what libfuse would fail without, and libfuse says so only on standard error.
 * @throws BsmountError `environment` with the remedy
 */
export function checkMachine(machine: Machine, options: { readonly allowOther: boolean }): void {
  checkDevice(machine.device);
  if (machine.descriptors < LEAST_DESCRIPTORS) {
    throw new BsmountError(
      "environment",
      `this process may open ${machine.descriptors} files at a time, and a mount needs ${LEAST_DESCRIPTORS}`,
      { remedy: MORE_DESCRIPTORS },
    );
  }
  if (machine.root) return;
  if (findOnPath("fusermount", machine.path) === undefined) {
    throw new BsmountError(
      "environment",
      "mounting without root needs the command fusermount, which is not on the PATH",
      { remedy: "apt-get install fuse3" },
    );
  }
  if (options.allowOther && !allowsOther(machine.configuration)) {
    throw new BsmountError(
      "environment",
      `--allow-other without root needs the line "user_allow_other" in ${machine.configuration}`,
      { remedy: `as root: echo user_allow_other >> ${machine.configuration}` },
    );
  }
}

function checkDevice(device: string): void {
  try {
    closeSync(openSync(device, constants.O_RDWR));
  } catch (error) {
    throw deviceError(device, error as NodeJS.ErrnoException);
  }
}

function deviceError(device: string, cause: NodeJS.ErrnoException): BsmountError {
  if (cause.code === "ENOENT" || cause.code === "ENODEV" || cause.code === "ENXIO") {
    return new BsmountError("environment", `mounting needs ${device}, which is not there`, {
      cause,
      remedy: `as root: modprobe fuse; in a container: docker run --device ${device} --cap-add SYS_ADMIN`,
    });
  }
  return new BsmountError("environment", `mounting needs ${device}, which may not be opened`, {
    cause,
    remedy: `as root: chmod 666 ${device}; in a container: docker run --device ${device} --cap-add SYS_ADMIN`,
  });
}

/** The full path of a command, or undefined. */
export function findOnPath(command: string, path: string): string | undefined {
  return path
    .split(":")
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function allowsOther(configuration: string): boolean {
  try {
    return /^\s*user_allow_other\s*$/m.test(readFileSync(configuration, "utf8"));
  } catch {
    return false;
  }
}
