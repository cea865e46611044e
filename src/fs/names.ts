import { BsmountError } from "../core/errors.ts";
import { NAME_MAX_BYTES, nameBytes } from "../tree/candidate-name.ts";

const NOT_UTF8 = "\ufffd";

/** A name that somebody looks for. @throws `name-too-long`; `not-found` for one that is not UTF-8 */
export function checkLookedUpName(name: string): void {
  checkLength(name);
  if (name.includes(NOT_UTF8)) {
    throw new BsmountError(
      "not-found",
      `${JSON.stringify(name)} is not UTF-8, no name here is such`,
    );
  }
}

/** A name that somebody wants to make. @throws `name-too-long`, `not-utf8`, `invalid` */
export function checkNewName(name: string): void {
  checkLength(name);
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
    throw new BsmountError("invalid", `${JSON.stringify(name)} cannot be the name of anything`);
  }
  if (name.includes(NOT_UTF8)) {
    throw new BsmountError(
      "not-utf8",
      `${JSON.stringify(name)} is not UTF-8, BaseSpace's names are`,
    );
  }
}

/** The kernel lets through names of up to 1024 bytes. */
function checkLength(name: string): void {
  if (name.length * 3 <= NAME_MAX_BYTES || nameBytes(name) <= NAME_MAX_BYTES) return;
  throw new BsmountError(
    "name-too-long",
    `a name of ${nameBytes(name)} bytes is over the limit of ${NAME_MAX_BYTES}: ${name.slice(0, 40)}…`,
  );
}
