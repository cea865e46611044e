import { fileURLToPath } from "node:url";

/** The full path of something in this repository, wherever the command was started. */
export function repository(path) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}
