import { BsmountError } from "../../core/errors.ts";

/** Looks at one value of a catalog. @throws BsmountError `usage`, which names the place `at`. */
export type Check = (value: unknown, at: string) => void;

export function fail(at: string, wanted: string, value: unknown): never {
  const shown = JSON.stringify(value)?.slice(0, 60) ?? String(value);
  throw new BsmountError("usage", `the catalog is wrong at ${at}: ${wanted}, not ${shown}`, {
    remedy: "the form of a catalog is described in src/emulator/catalog/README.md",
  });
}

export const text: Check = (value, at) => {
  if (typeof value !== "string") fail(at, "a text is wanted", value);
};

export const flag: Check = (value, at) => {
  if (typeof value !== "boolean") fail(at, "true or false is wanted", value);
};

export const count: Check = (value, at) => {
  if (!Number.isSafeInteger(value) || Number(value) < 0) {
    fail(at, "a whole number, 0 or more, is wanted", value);
  }
};

export const anything: Check = () => {};

export function matching(pattern: RegExp, wanted: string): Check {
  return (value, at) => {
    if (typeof value !== "string" || !pattern.test(value)) fail(at, `${wanted} is wanted`, value);
  };
}

export const date: Check = (value, at) => {
  if (typeof value !== "string" || Number.isNaN(Date.parse(value))) {
    fail(at, "a date such as 2024-05-06T07:08:09Z is wanted", value);
  }
};

export function oneOf(...words: readonly string[]): Check {
  return (value, at) => {
    if (!words.includes(value as string)) fail(at, `one of ${words.join(", ")} is wanted`, value);
  };
}

export function list(item: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) fail(at, "a list is wanted", value);
    value.forEach((each, index) => item(each, `${at}[${index}]`));
  };
}

/** An object with these keys and no others; `required` of them must be there. */
export function object(keys: Readonly<Record<string, Check>>, ...required: string[]): Check {
  return (value, at) => {
    if (!isObject(value)) fail(at, "an object is wanted", value);
    for (const [key, item] of Object.entries(value)) {
      const check = Object.hasOwn(keys, key) ? keys[key] : undefined;
      const here = at === "" ? key : `${at}.${key}`;
      if (check === undefined)
        fail(here, `there is no such key; known are ${listKeys(keys)}`, item);
      if (item !== undefined) check(item, here);
    }
    const missing = required.find((key) => value[key] === undefined);
    if (missing !== undefined) fail(at === "" ? "the top" : at, `"${missing}" is missing`, value);
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listKeys(keys: Readonly<Record<string, Check>>): string {
  return Object.keys(keys).join(", ");
}
