import { BsmountError } from "../../core/errors.ts";

/** Checks one value of a catalog; `at` is its path in the JSON. @throws BsmountError `usage` that names the path */
export type Check = (value: unknown, at: string) => void;

function fail(at: string, problem: string): never {
  const path = at === "" ? "the top level" : at;
  throw new BsmountError("usage", `the catalog is wrong at ${path}: ${problem}`, {
    remedy: "see the format of catalogs in src/emulator/catalog/README.md",
  });
}

/** @throws BsmountError `usage`, always; `expected` is a noun phrase such as `a list` */
export function failExpected(at: string, expected: string, value: unknown): never {
  const shown = JSON.stringify(value)?.slice(0, 60) ?? String(value);
  return fail(at, `expected ${expected}, not ${shown}`);
}

export const text: Check = (value, at) => {
  if (typeof value !== "string") failExpected(at, "a text", value);
};

export const flag: Check = (value, at) => {
  if (typeof value !== "boolean") failExpected(at, "true or false", value);
};

export const count: Check = (value, at) => {
  if (!Number.isSafeInteger(value) || Number(value) < 0) {
    failExpected(at, "a whole number, 0 or more", value);
  }
};

export const anything: Check = () => {};

export function matching(pattern: RegExp, expected: string): Check {
  return (value, at) => {
    if (typeof value !== "string" || !pattern.test(value)) failExpected(at, expected, value);
  };
}

export const date: Check = (value, at) => {
  if (typeof value !== "string" || Number.isNaN(Date.parse(value))) {
    failExpected(at, "a date such as 2024-05-06T07:08:09Z", value);
  }
};

export function oneOf(...words: readonly string[]): Check {
  return (value, at) => {
    if (!words.includes(value as string)) failExpected(at, `one of ${words.join(", ")}`, value);
  };
}

export function list(item: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) failExpected(at, "a list", value);
    value.forEach((each, index) => item(each, `${at}[${index}]`));
  };
}

/** Accepts an object that has no other keys than these and has all the `required` ones. */
export function object(keys: Readonly<Record<string, Check>>, ...required: string[]): Check {
  return (value, at) => {
    if (!isObject(value)) failExpected(at, "an object", value);
    for (const [key, item] of Object.entries(value)) {
      const check = Object.hasOwn(keys, key) ? keys[key] : undefined;
      const here = at === "" ? key : `${at}.${key}`;
      if (check === undefined)
        fail(here, `there is no such key; the known keys are ${listKeys(keys)}`);
      if (item !== undefined) check(item, here);
    }
    const missing = required.find((key) => value[key] === undefined);
    if (missing !== undefined) fail(at, `"${missing}" is missing`);
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listKeys(keys: Readonly<Record<string, Check>>): string {
  return Object.keys(keys).join(", ");
}
