import type { Options } from "fuse-native";
import type { MountOptions } from "./driver.ts";

/** The type in the mount table is `fuse.bsmount`, its source `bsmount`. */
export const SUBTYPE = "bsmount";
export const MOUNT_TYPE: string = `fuse.${SUBTYPE}`;

/**
 * The options of a mount in fuse-native's form.
 *
 * fuse-native supports only some options, but puts `fsname` unescaped into the option text, so the others are appended
 * to the name: only words and numbers from here, never text of a user. An option that libfuse does not know would fail
 * after the mount exists, so change this list together with the test that mounts with all of them.
 *
 * - `big_writes`: writes of 128 KiB instead of 4 KiB
 * - `use_ino`: stat and readdir show the inode numbers of `fs/`
 * - `atomic_o_trunc`: an overwrite arrives as one open, not as open and truncate by path
 * - `auto_cache`: the page cache is dropped when size or mtime changed, kept otherwise
 * - `noexec`: as mount(8) has it; libfuse itself asks for `nosuid` and `nodev`
 * - `max_background`, `congestion_threshold`: the kernel's read-ahead requests in flight
 */
export function bindingOptions(options: MountOptions): Options {
  const extra = [
    SUBTYPE,
    "big_writes",
    "use_ino",
    "atomic_o_trunc",
    "noatime",
    `max_background=${integer(options.maxBackground)}`,
    `congestion_threshold=${integer(Math.max(1, options.maxBackground * 0.75))}`,
    `negative_timeout=${seconds(options.negativeTtlMs)}`,
    ...(options.readOnly ? ["ro"] : []),
    ...(options.noexec ? ["noexec"] : []),
  ];
  return {
    timeout: false,
    fsname: extra.join(","),
    subtype: SUBTYPE,
    autoCache: true,
    attrTimeout: seconds(options.attributeTtlMs),
    entryTimeout: seconds(options.attributeTtlMs),
    ...(options.allowOther ? { allowOther: true, defaultPermissions: true } : {}),
  };
}

function integer(value: number): string {
  return String(Math.min(65_535, Math.max(1, Math.floor(value))));
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(3);
}
