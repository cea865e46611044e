import { fileURLToPath } from "node:url";

/*
 * The account of the demo: reads simulated from phage lambda, aligned and called by real tools. `scripts/demo-data`
 * makes it. Both src/ and dist/ read it from src/emulator/demo-data, which the package contains.
 */
const folder = new URL("../../src/emulator/demo-data/", import.meta.url);

/** The path of the catalog file of the demo's account. */
export const DEMO_CATALOG: string = fileURLToPath(new URL("catalog.json", folder));

/** The path of the MD5 sums of its files, by their paths on a mount, as `md5sum --check` reads them. */
export const DEMO_MD5SUMS: string = fileURLToPath(new URL("md5sums.txt", folder));
