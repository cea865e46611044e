import { parseArgs } from "node:util";
import { OPTIONS } from "../config/options.ts";
import { BsmountError } from "../core/errors.ts";

/**
 * mount(8) and fstab call the command as `bsmount SOURCE MOUNTPOINT -o a,b=c`. This turns that into
 * `bsmount mount MOUNTPOINT --a --b=c`. SOURCE has to be `bsmount`, which is what the
 * kernel lists: with another one `mount -a` would not know that it is mounted already.
 *
 * Options that mount(8) itself deals with (`rw`, `dev`, `_netdev`, `x-systemd.…`) are passed over;
 * any other unknown one is an error, so that a typing mistake does not change a mount silently.
 */
export function asMountCommand(argv: readonly string[]): readonly string[] {
  const parsed = parseMountCall(argv);
  if (parsed === undefined) return argv;
  if (parsed.source !== SOURCE) {
    throw new BsmountError("usage", `${JSON.stringify(parsed.source)} is not what can be mounted`, {
      remedy: `write ${SOURCE} as the source, in fstab: ${SOURCE} ${parsed.mountPoint} fuse.bsmount …`,
    });
  }
  const flags = parsed.options.flatMap((option) => asFlag(option));
  return ["mount", parsed.mountPoint, ...flags];
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

const HANDLED_BY_MOUNT =
  /^(rw|dev|nodev|suid|nosuid|exec|noexec|auto|noauto|user|nouser|users|owner|group|_netdev|nofail|defaults|async|sync|dirsync|(no|lazy|rel|strict)?atime|(no)?diratime|lazytime|default_permissions|x-.*|comment=.*|fsname=.*|subtype=.*)$/;

/** Spellings of other mounts of the field, beside the long flags. */
const SYNONYMS: Readonly<Record<string, string>> = { ro: "read-only", allow_other: "allow-other" };

function asFlag(option: string): readonly string[] {
  const [name = "", ...rest] = option.split("=");
  const flag = SYNONYMS[name] ?? name.replaceAll("_", "-");
  const known = Object.values(OPTIONS).find((definition) => definition.name === flag);
  if (known === undefined) {
    if (HANDLED_BY_MOUNT.test(option)) return [];
    throw new BsmountError("usage", `mount option ${JSON.stringify(option)} is not known`, {
      remedy: "`bsmount mount --help` lists the options; write them without dashes",
    });
  }
  return known.argument === undefined ? [`--${flag}`] : [`--${flag}=${rest.join("=")}`];
}
