/** Writes docs/bsmount.1, which npm installs with the package: `npm run man-page`. */
import { mkdir, writeFile } from "node:fs/promises";
import { manPage } from "./man-page.ts";

const target = new URL("../../docs/bsmount.1", import.meta.url);
await mkdir(new URL(".", target), { recursive: true });
await writeFile(target, manPage());
