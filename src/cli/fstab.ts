import { parseArgs } from "node:util";
import { OPTION_ROWS } from "../config/option-values.ts";
import { BsmountError } from "../core/errors.ts";

/**
 * Translates the call of mount(8) and fstab, `bsmount SOURCE MOUNTPOINT -o a,b=c`, into `bsmount mount MOUNTPOINT --a
 * --b=c`. SOURCE has to be `bsmount`, as the kernel lists it: with another one `mount -a` would not see that it is
 * already mounted.
 *
 * Options that do not concern this mount, or always hold for it, are ignored. Options that it cannot honour and unknown
 * ones are errors, so that no mount offers less than was asked for.
 */
export function asMountCommand(argv: readonly string[]): readonly string[] {
  const parsed = parseMountCall(argv);
  if (parsed === undefined) return argv;
  if (parsed.source !== SOURCE) {
    throw new BsmountError("usage", `${JSON.stringify(parsed.source)} cannot be mounted`, {
      remedy: `write ${SOURCE} as the source, in fstab: ${SOURCE} ${parsed.mountPoint} fuse.bsmount …`,
    });
  }
  const given = parsed.options.filter((option) => !isOverridden(option, parsed.options));
  return ["mount", parsed.mountPoint, ...given.flatMap((option) => asFlag(option))];
}

const SOURCE = "bsmount";

interface MountCall {
  readonly source: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
}

/** The flags that mount(8) may pass beside `-o`. */
const MOUNT_FLAGS = {
  options: { type: "string", short: "o", multiple: true },
  readOnly: { type: "boolean", short: "r" },
  noMtab: { type: "boolean", short: "n" },
  sloppy: { type: "boolean", short: "s" },
  verbose: { type: "boolean", short: "v" },
  readWrite: { type: "boolean", short: "w" },
} as const;

function parseMountCall(argv: readonly string[]): MountCall | undefined {
  if (!argv.includes("-o")) return undefined;
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: MOUNT_FLAGS,
    allowPositionals: true,
    strict: false,
  });
  const [source, mountPoint] = positionals;
  if (positionals.length !== 2 || source === undefined) return undefined;
  if (mountPoint?.startsWith("/") !== true) return undefined;
  const options = [values.options ?? []].flat().flatMap((text) => String(text).split(","));
  if (values.readOnly === true) options.push("ro");
  return { source, mountPoint, options: options.filter((option) => option !== "") };
}

/** The option that overrides an earlier one. */
const OPPOSITES: Readonly<Record<string, string>> = { ro: "rw", noexec: "exec" };

/**
 * Options that can be ignored:
 *
 * - those that mount(8) and systemd handle, about when and by whom it is mounted: `auto`, `user`, `_netdev`, `x-…`
 * - those that hold for every mount of bsmount: `nosuid`, `nodev`, `noatime`, `fsname=bsmount`
 * - those that allow what does not exist here, devices and set-user-ID bits: `dev`, `suid`
 * - the defaults, and those about access times, which BaseSpace does not have: `async`, `relatime`
 */
const IGNORED =
  /^(rw|(no)?(dev|suid|auto|user|diratime|lazytime)|nomand|exec|user=.*|users|owner|group|_netdev|nofail|defaults|async|(no|rel|norel|nostrict)?atime|silent|loud|default_permissions|[xX]-.*|comment=.*|fsname=bsmount|subtype=bsmount)$/;

/** Options of mount(8) that this mount cannot honour, with the remedies. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ["sync", "leave it out; a program that wants its bytes on the disk calls fsync"],
  ["dirsync", "leave it out; a program that wants its bytes on the disk calls fsync"],
  ["strictatime", "leave it out: BaseSpace has no access times"],
  ["mand", "leave it out: there are no mandatory locks"],
  ["remount", "unmount, and mount again with the options that you want"],
  ["fsname", "leave it out: the source is always bsmount"],
  ["subtype", "leave it out: the type is always fuse.bsmount"],
]);

function isOverridden(option: string, options: readonly string[]): boolean {
  const opposite = OPPOSITES[option];
  if (opposite === undefined) return false;
  return options.lastIndexOf(opposite) > options.lastIndexOf(option);
}

/** Names that other file systems use for flags of bsmount. */
const SYNONYMS: Readonly<Record<string, string>> = { ro: "read-only", allow_other: "allow-other" };

function asFlag(option: string): readonly string[] {
  const [name = "", ...rest] = option.split("=");
  const flag = SYNONYMS[name] ?? name.replaceAll("_", "-");
  const known = Object.values(OPTION_ROWS).find((definition) => definition.name === flag);
  if (known === undefined) {
    if (IGNORED.test(option)) return [];
    throw unsupportedError(option, name);
  }
  return known.argument === undefined ? [`--${flag}`] : [`--${flag}=${rest.join("=")}`];
}

function unsupportedError(option: string, name: string): BsmountError {
  const text = `mount option ${JSON.stringify(option)}`;
  const instead = UNSUPPORTED.get(name);
  if (instead !== undefined) {
    return new BsmountError("usage", `${text} is not supported`, { remedy: instead });
  }
  return new BsmountError("usage", `${text} is unknown`, {
    remedy: "`bsmount mount --help` lists the options; write them without dashes",
  });
}
