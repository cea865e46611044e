import { fileURLToPath } from "node:url";

/*
 * The demo's account: reads simulated from phage lambda, aligned and called by real tools. It lies beside
 * the sources and in the package, from where both src/ and dist/ find it; `scripts/demo-data` makes it.
 */
const folder = new URL("../../src/emulator/demo-data/", import.meta.url);

/** The catalog file of the demo's account. */
export const DEMO_CATALOG: string = fileURLToPath(new URL("catalog.json", folder));

/** MD5 sums of its files, by their paths on a mount, as `md5sum --check` reads them. */
export const DEMO_MD5SUMS: string = fileURLToPath(new URL("md5sums.txt", folder));
