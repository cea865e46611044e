/**
 * What `npm test` says before it does anything: how long it takes, what is quicker, and what it installs.
 */
import { packageSets } from "./bootstrap/package-sets.mjs";
import { isPresent } from "./bootstrap/presence.mjs";

console.error(`All tests, on real mounts too, take about 20 minutes on two cores. While working:
  npx vitest run --project core             without mounts, about half of that
  npx vitest run --project core test/read   one folder, seconds`);

const missing = packageSets.test.filter((wanted) => !isPresent(wanted));
if (missing.length > 0) {
  const names = missing.map(({ debian, what }) =>
    what === undefined ? debian[0] : `${debian[0]} (${what})`,
  );
  console.error(`They need what is missing here, installed now by apt as root (BSMOUNT_NO_APT=1 only shows how):
  ${names.join(", ")}`);
}
