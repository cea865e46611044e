import { findCommand, isPresent } from "./presence.mjs";
import { mustRun, run, step, StepFailed } from "./steps.mjs";

const APT_ENV = { DEBIAN_FRONTEND: "noninteractive" };
const APT_INSTALL = ["install", "-y", "--no-install-recommends"];
/** A machine that has just started often updates itself: wait for its lock instead of failing. */
const APT_OPTIONS = ["-o", "DPkg::Lock::Timeout=120"];

/**
 * Installs what is missing of `packages` where apt may be used: as root, with apt-get, and not forbidden
 * by BSMOUNT_NO_APT. Everywhere else it stops with the one line that the user has to run, or shows it and goes
 * on when nothing is missing but what can be done without.
 */
export async function installSystemPackages(packages) {
  const missing = packages.filter((wanted) => !isPresent(wanted));
  if (missing.length === 0) return;
  try {
    await installMissing(missing);
  } catch (error) {
    const needed = missing.filter((wanted) => wanted.isOptional !== true && !isPresent(wanted));
    if (!(error instanceof StepFailed) || needed.length > 0) throw error;
    console.error(`${error.message}\nWithout it some steps are left out.\n`);
  }
}

async function installMissing(missing) {
  if (findCommand("apt-get") === undefined) throw new StepFailed(adviceWithoutApt(missing));

  const known = await knownNames(missing);
  const names = known ?? missing.map(({ debian }) => debian[0]);
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || mayNotInstall()) {
    const sudo = isRoot ? "" : "sudo ";
    const update = known === undefined ? `${sudo}apt-get update && ` : "";
    const line = `${update}${sudo}apt-get ${[...APT_INSTALL, ...names].join(" ")}`;
    throw new StepFailed(`${needs(missing)}. Install what is missing:\n${line}`);
  }
  await installByApt(missing, known);
  confirm(missing);
}

function mayNotInstall() {
  return !["", "0", undefined].includes(process.env.BSMOUNT_NO_APT);
}

/** The name under which apt knows each package, or undefined when its lists lack one of them. */
async function knownNames(missing) {
  const names = [];
  for (const { debian } of missing) {
    const found = await firstAsync(debian, isKnown);
    if (found === undefined) return undefined;
    names.push(found);
  }
  return names;
}

/** A virtual package has a "Package:" entry too, but none with a version that could be installed. */
async function isKnown(name) {
  const { output } = await run("apt-cache", ["policy", name], { LC_ALL: "C" });
  return /^ {2}Candidate: (?!\(none\))/m.test(output);
}

async function installByApt(missing, known) {
  if (known !== undefined && (await aptInstall(known)).ok) return;
  // The lists are empty, or so old that they name files the server no longer has.
  announce(["update"]);
  await step("apt-get update", () => mustRun("apt-get", [...APT_OPTIONS, "update"], APT_ENV));
  const names = (await knownNames(missing)) ?? missing.map(({ debian }) => debian[0]);
  const { ok, output } = await aptInstall(names);
  if (!ok)
    throw new StepFailed(`${output.trimEnd()}\n\napt-get could not install ${names.join(", ")}.`);
}

async function aptInstall(names) {
  const args = [...APT_INSTALL, ...names];
  announce(args);
  let result;
  await step(`apt-get install (${names.length} packages)`, async () => {
    result = await run("apt-get", [...APT_OPTIONS, ...args], APT_ENV);
  });
  return result;
}

/** The exact command, before it runs. */
function announce(args) {
  console.error(`$ DEBIAN_FRONTEND=noninteractive apt-get ${[...APT_OPTIONS, ...args].join(" ")}`);
}

function confirm(missing) {
  const still = missing.filter((wanted) => !isPresent(wanted));
  if (still.length === 0) return;
  throw new StepFailed(`apt-get succeeded, yet ${nameMissing(still)} cannot be found.`);
}

function adviceWithoutApt(missing) {
  if (process.platform !== "linux") {
    return `bsmount mounts on Linux only; this is ${process.platform}. The client, the emulator and "bsmount ls|cat|cp|tree" work here: npm ci && npm run build`;
  }
  const what = `${needs(missing)}. Install what is missing:`;
  if (findCommand("dnf") === undefined) {
    const debianNames = missing.map(({ debian }) => debian[0]).join(" ");
    return `${what} by your system's package manager (Debian's packages are: ${debianNames}).`;
  }
  const names = missing.map(({ fedora, debian }) => fedora ?? debian[0]).join(" ");
  return `${what}\nsudo dnf install ${names}`;
}

function needs(missing) {
  const isUseful = missing.every(({ isOptional }) => isOptional === true);
  return `${isUseful ? "There is more to see with" : "bsmount needs"} ${nameMissing(missing)}`;
}

function nameMissing(missing) {
  return missing.map(({ command, library, file }) => command ?? library ?? file).join(", ");
}

async function firstAsync(items, test) {
  for (const item of items) if (await test(item)) return item;
  return undefined;
}
