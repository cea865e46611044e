import { constants } from "node:os";
import { expect, it } from "vitest";
import { copyOut, isUserAttribute } from "../../src/fuse/xattr-overrides.ts";

const value = Buffer.from("value");

it("returns the size for an empty buffer", () => {
  expect(copyOut(value, new Uint8Array(0))).toBe(5);
});

it("copies what fits, exactly or with room to spare", () => {
  for (const room of [5, 9]) {
    const into = new Uint8Array(room);
    expect(copyOut(value, into)).toBe(5);
    expect(Buffer.from(into.subarray(0, 5)).toString()).toBe("value");
  }
});

it("returns ERANGE for a buffer that is too short, and leaves it unchanged", () => {
  const into = new Uint8Array(4);
  expect(copyOut(value, into)).toBe(-constants.errno.ERANGE);
  expect(into).toEqual(new Uint8Array(4));
});

it("knows only the user namespace", () => {
  expect(["user.x", "users.x", "user", "security.capability"].map(isUserAttribute)).toEqual([
    true,
    false,
    false,
    false,
  ]);
});
