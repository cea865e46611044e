/**
 * Writes into package-lock.json the platform packages that npm left out.
 *
 * npm records only the optional platform packages it could look up while it wrote the lock
 * (npm/cli issues 4828 and 9342), and `npm ci` then refuses the lock on every platform. Each such
 * package is named, with its exact version, by the package that wants it, and its name says its
 * platform, so an entry can be completed without the network. Run after `npm install`:
 * `node scripts/complete-lockfile.mjs`.
 */
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));

const systems = [
  "darwin",
  "linux",
  "win32",
  "android",
  "freebsd",
  "openbsd",
  "netbsd",
  "sunos",
  "aix",
  "openharmony",
];
const processors = [
  "x64",
  "arm64",
  "arm",
  "ia32",
  "ppc64",
  "riscv64",
  "s390x",
  "loong64",
  "mips64el",
];
const pattern = new RegExp(`[-/](${systems.join("|")})-(${processors.join("|")})(?:-(\\w+))?$`);

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (
      path === "" ||
      lock.packages[`node_modules/${name}`] ||
      lock.packages[`${path}/node_modules/${name}`]
    )
      continue;
    const platform = pattern.exec(name);
    if (!platform) continue;
    const [, os, cpu, abi] = platform;
    const libc = abi === "musl" ? ["musl"] : abi === "gnu" ? ["glibc"] : undefined;
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(entry.dev ? { dev: true } : {}),
      ...(libc ? { libc } : {}),
      optional: true,
      os: [os],
    };
    added += 1;
  }
}
const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
lock.packages = Object.fromEntries(sorted);
writeFileSync(file, JSON.stringify(lock, null, 2) + "\n");
process.stdout.write(`package-lock.json: ${added} platform packages added\n`);
