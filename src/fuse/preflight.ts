import { accessSync, closeSync, constants, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { maxDescriptors, MORE_DESCRIPTORS } from "../core/descriptors.ts";
import { BsmountError } from "../core/errors.ts";

/** What {@link checkFuseSupport} checks. */
export interface FuseSupport {
  readonly device: string;
  readonly configuration: string;
  readonly path: string;
  readonly root: boolean;
  /** The number of descriptors that this process may have. */
  readonly descriptors: number;
}

/** Enough for connections, the kernel, and some files that are written at the same time. */
const MIN_DESCRIPTORS = 128;

export function fuseSupportHere(): FuseSupport {
  return {
    device: "/dev/fuse",
    configuration: "/etc/fuse.conf",
    path: process.env["PATH"] ?? "",
    root: process.geteuid?.() === 0,
    descriptors: maxDescriptors(),
  };
}

/**
 * Checks what libfuse needs, because libfuse itself reports failures only on standard error.
 * @throws BsmountError `environment` with the remedy
 */
export function checkFuseSupport(
  support: FuseSupport,
  options: { readonly allowOther: boolean },
): void {
  checkDevice(support.device);
  if (support.descriptors < MIN_DESCRIPTORS) {
    throw new BsmountError(
      "environment",
      `this process may open ${support.descriptors} files at a time, but a mount needs ${MIN_DESCRIPTORS}`,
      { remedy: MORE_DESCRIPTORS },
    );
  }
  if (support.root) return;
  if (findOnPath("fusermount", support.path) === undefined) {
    throw new BsmountError(
      "environment",
      "mounting without root needs the command fusermount, which is not on the PATH",
      { remedy: "apt-get install fuse3" },
    );
  }
  if (options.allowOther && !allowsOther(support.configuration)) {
    throw new BsmountError(
      "environment",
      `--allow-other without root needs the line "user_allow_other" in ${support.configuration}`,
      { remedy: `as root: echo user_allow_other >> ${support.configuration}` },
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
    return new BsmountError("environment", `mounting needs ${device}, which does not exist`, {
      cause,
      remedy: `as root: modprobe fuse; in a container: docker run --device ${device} --cap-add SYS_ADMIN`,
    });
  }
  return new BsmountError("environment", `mounting needs ${device}, which this user may not open`, {
    cause,
    remedy: `as root: chmod 666 ${device}; in a container: docker run --device ${device} --cap-add SYS_ADMIN`,
  });
}

/** The full path of a command; undefined when it is not on the PATH. */
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
