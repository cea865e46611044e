import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import type Fuse from "fuse-native";
import { BsmountError } from "../core/errors.ts";

/*
 * fuse-native's prebuilt addon needs a `libfuse.so.2` and says nowhere where to look, so the loader
 * takes the system's. Where the system has none, the copy that lies beside the addon is loaded first:
 * the loader matches needed libraries by SONAME against what is in the process already. `process.dlopen`
 * refuses a library that is no addon and would unload it again; RTLD_NODELETE makes it stay.
 */

/** Not among Node's constants; the value is glibc's and musl's on x86 and ARM. */
const RTLD_NODELETE = 0x1000;

const INSTALL_LIBFUSE = "apt-get install libfuse2 fuse3";

/** The class fuse-native exports. */
export type FuseConstructor = typeof Fuse;

/**
 * Loads fuse-native, an optional dependency, and libfuse 2 with it.
 * @throws BsmountError `environment`: not Linux, package not installed, no build for this machine, no libfuse
 */
export async function loadBinding(): Promise<FuseConstructor> {
  if (process.platform !== "linux") {
    throw new BsmountError("environment", `mounting works on Linux, this is ${process.platform}`, {
      remedy: "use bsmount ls, cat, cp and tree, which need no mount",
    });
  }
  const packageFolder = findPackage();
  if (!preload("libfuse.so.2")) preload(join(packageFolder, "prebuilds/linux-x64/libfuse.so"));
  try {
    return (await import("fuse-native")).default;
  } catch (error) {
    throw notLoadable(error);
  }
}

function findPackage(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve("fuse-native/package.json"));
  } catch (error) {
    throw new BsmountError("environment", "mounting needs the optional package fuse-native", {
      cause: error,
      remedy:
        `${INSTALL_LIBFUSE}, then install bsmount again with npm's --ignore-scripts ` +
        "(fuse-native exists for Linux on x86-64 with glibc; everything but the mount works without it)",
    });
  }
}

/** Loads a shared library for good; false when it is not there or not for this machine. */
function preload(library: string): boolean {
  const flags = constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE;
  try {
    process.dlopen({ exports: {} }, library, flags);
  } catch {
    // Thrown in any case: a plain library registers no addon. What counts is whether it stayed.
  }
  return libfuseLoaded(readFileSync("/proc/self/maps", "utf8"));
}

/** Whether a memory map, as in /proc/PID/maps, holds libfuse 2. */
export function libfuseLoaded(maps: string): boolean {
  return /\/libfuse\.so(\.2[\d.]*)?$/m.test(maps);
}

function notLoadable(cause: unknown): BsmountError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ERR_DLOPEN_FAILED") {
    return new BsmountError("environment", "libfuse 2 (libfuse.so.2) cannot be loaded", {
      cause,
      remedy: INSTALL_LIBFUSE,
    });
  }
  return new BsmountError(
    "environment",
    `fuse-native does not work on this machine (${process.platform} ${process.arch}, Node ${process.version})`,
    {
      cause,
      remedy: "it exists for Linux on x86-64 with glibc; ls, cat, cp and tree need no mount",
    },
  );
}
