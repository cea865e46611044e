import { parseArgs } from "node:util";
import { OPTION_ROWS } from "../config/option-values.ts";
import { BsmountError } from "../core/errors.ts";

/**
 * mount(8) and fstab call the command as `bsmount SOURCE MOUNTPOINT -o a,b=c`. This turns that into
 * `bsmount mount MOUNTPOINT --a --b=c`. SOURCE has to be `bsmount`, which is what the
 * kernel lists: with another one `mount -a` would not know that it is mounted already.
 *
 * Options that mean nothing to this mount, or that it keeps anyway, are passed over; what it cannot keep and
 * what nobody knows is an error, so that no mount is less than it was asked to be.
 */
export function asMountCommand(argv: readonly string[]): readonly string[] {
  const parsed = parseMountCall(argv);
  if (parsed === undefined) return argv;
  if (parsed.source !== SOURCE) {
    throw new BsmountError("usage", `${JSON.stringify(parsed.source)} is not what can be mounted`, {
      remedy: `write ${SOURCE} as the source, in fstab: ${SOURCE} ${parsed.mountPoint} fuse.bsmount …`,
    });
  }
  const given = parsed.options.filter((option) => !isTakenBack(option, parsed.options));
  return ["mount", parsed.mountPoint, ...given.flatMap((option) => asFlag(option))];
}

const SOURCE = "bsmount";

interface MountCall {
  readonly source: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
}

/** The flags that mount(8) may pass beside `-o`: fake, sloppy, verbose, no mtab, read-write, read-only. */
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

/** What takes an option back when it comes after it. */
const OPPOSITES: Readonly<Record<string, string>> = { ro: "rw", noexec: "exec" };

/**
 * Options that are right to pass over:
 *
 * - about when and by whom it is mounted, which mount(8) and systemd see to: `auto`, `user`, `_netdev`, `x-…`
 * - what every mount of bsmount is: `nosuid`, `nodev`, `noatime`, `fsname=bsmount`
 * - what allows more than there is: no file here is a device or has a set-user-ID bit (`dev`, `suid`)
 * - the defaults, and when access times are written, of which there are none: `async`, `relatime`
 */
const PASSED_OVER =
  /^(rw|(no)?(dev|suid|auto|user|diratime|lazytime)|nomand|exec|user=.*|users|owner|group|_netdev|nofail|defaults|async|(no|rel|norel|nostrict)?atime|silent|loud|default_permissions|[xX]-.*|comment=.*|fsname=bsmount|subtype=bsmount)$/;

/** Options of mount(8) that ask for what this mount cannot do, and what to do instead. */
const NOT_KEPT: ReadonlyMap<string, string> = new Map([
  ["sync", "leave it out; a program that wants its bytes on the disk calls fsync"],
  ["dirsync", "leave it out; a program that wants its bytes on the disk calls fsync"],
  ["strictatime", "leave it out: BaseSpace keeps no times of access"],
  ["mand", "leave it out: there are no mandatory locks"],
  ["remount", "unmount, and mount again with the options that you want"],
  ["fsname", "leave it out: the source is always bsmount"],
  ["subtype", "leave it out: the type is always fuse.bsmount"],
]);

function isTakenBack(option: string, options: readonly string[]): boolean {
  const opposite = OPPOSITES[option];
  if (opposite === undefined) return false;
  return options.lastIndexOf(opposite) > options.lastIndexOf(option);
}

/** Spellings of other mounts of the field, beside the long flags. */
const SYNONYMS: Readonly<Record<string, string>> = { ro: "read-only", allow_other: "allow-other" };

function asFlag(option: string): readonly string[] {
  const [name = "", ...rest] = option.split("=");
  const flag = SYNONYMS[name] ?? name.replaceAll("_", "-");
  const known = Object.values(OPTION_ROWS).find((definition) => definition.name === flag);
  if (known === undefined) {
    if (PASSED_OVER.test(option)) return [];
    throw refused(option, name);
  }
  return known.argument === undefined ? [`--${flag}`] : [`--${flag}=${rest.join("=")}`];
}

function refused(option: string, name: string): BsmountError {
  const text = `mount option ${JSON.stringify(option)}`;
  const instead = NOT_KEPT.get(name);
  if (instead !== undefined) {
    return new BsmountError("usage", `${text} cannot be kept by this mount`, { remedy: instead });
  }
  return new BsmountError("usage", `${text} is not known`, {
    remedy: "`bsmount mount --help` lists the options; write them without dashes",
  });
}
