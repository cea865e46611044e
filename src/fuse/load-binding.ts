import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import type Fuse from "fuse-native";
import { BsmountError } from "../core/errors.ts";
import { isLinux } from "../linux/linux.ts";

/*
 * fuse-native's prebuilt addon needs a `libfuse.so.2`, which the loader takes from the system. Where the system has
 * none, the copy beside the addon is loaded first, because the loader looks for a needed library by its SONAME among
 * those that are already loaded. `process.dlopen` rejects and unloads a library that is no addon; RTLD_NODELETE keeps
 * it loaded.
 */

/** Node has no constant for it; the value of glibc and musl on x86 and ARM. */
const RTLD_NODELETE = 0x1000;

const INSTALL_LIBFUSE = "apt-get install libfuse2 fuse3";

/** The class that fuse-native exports. */
export type FuseConstructor = typeof Fuse;

/**
 * Loads fuse-native, an optional dependency, and libfuse 2 with it.
 * @throws BsmountError `environment`: not Linux, package not installed, no build for this machine, no libfuse
 */
export async function loadBinding(): Promise<FuseConstructor> {
  if (!isLinux()) {
    throw new BsmountError("environment", `mounting works on Linux, this is ${process.platform}`, {
      remedy: "use bsmount ls, cat, cp and tree, which need no mount",
    });
  }
  const packageFolder = findPackage();
  if (!preload("libfuse.so.2")) preload(join(packageFolder, "prebuilds/linux-x64/libfuse.so"));
  try {
    return (await import("fuse-native")).default;
  } catch (error) {
    throw notLoadableError(error);
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

/** Loads a shared library permanently; returns whether libfuse 2 is loaded now. */
function preload(library: string): boolean {
  const flags = constants.dlopen.RTLD_NOW | constants.dlopen.RTLD_GLOBAL | RTLD_NODELETE;
  try {
    process.dlopen({ exports: {} }, library, flags);
  } catch {
    // This always throws, since a plain library registers no addon; the memory map shows whether it was loaded.
  }
  return isLibfuseLoaded(readFileSync("/proc/self/maps", "utf8"));
}

/** Whether libfuse 2 is in a memory map, the text of /proc/PID/maps. */
export function isLibfuseLoaded(maps: string): boolean {
  return /\/libfuse\.so(\.2[\d.]*)?$/m.test(maps);
}

function notLoadableError(cause: unknown): BsmountError {
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
