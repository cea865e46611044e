import { BsmountError } from "../core/errors.ts";
import { NAME_MAX_BYTES, nameBytes } from "../tree/candidate-name.ts";

const NOT_UTF8 = "\ufffd";

/** Checks a name that is looked up. @throws `name-too-long`; `not-found` for a name that is not UTF-8 */
export function checkLookedUpName(name: string): void {
  checkLength(name);
  if (name.includes(NOT_UTF8)) {
    throw new BsmountError(
      "not-found",
      `${JSON.stringify(name)} is not UTF-8, and every name here is`,
    );
  }
}

/** Checks a name that something new is to have. @throws `name-too-long`, `not-utf8`, `invalid` */
export function checkNewName(name: string): void {
  checkLength(name);
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
    throw new BsmountError("invalid", `${JSON.stringify(name)} is not a valid name`);
  }
  if (name.includes(NOT_UTF8)) {
    throw new BsmountError(
      "not-utf8",
      `${JSON.stringify(name)} is not UTF-8, as names in BaseSpace have to be`,
    );
  }
}

/** The kernel passes names of up to 1024 bytes. */
function checkLength(name: string): void {
  if (name.length * 3 <= NAME_MAX_BYTES || nameBytes(name) <= NAME_MAX_BYTES) return;
  throw new BsmountError(
    "name-too-long",
    `a name of ${nameBytes(name)} bytes is over the limit of ${NAME_MAX_BYTES}: ${name.slice(0, 40)}…`,
  );
}
