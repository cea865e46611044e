import { buildIfChanged } from "./build.mjs";
import { installNpmPackages } from "./npm-packages.mjs";
import { packageSets } from "./package-sets.mjs";
import { StepFailed } from "./steps.mjs";
import { installSystemPackages } from "./system-packages.mjs";

/** Prepares what `set` needs; resolves to the exit code. */
export async function bootstrap(set) {
  const packages = packageSets[set];
  if (packages === undefined) {
    console.error(`usage: node scripts/bootstrap.mjs ${Object.keys(packageSets).join("|")}`);
    return 2;
  }
  try {
    await installSystemPackages(packages);
    await installNpmPackages();
    await buildIfChanged();
    return 0;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    console.error(error.message);
    return 1;
  }
}
