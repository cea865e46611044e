import { describe, expect, test } from "vitest";
import { findError } from "../../../src/api/transport/error-body.ts";
import { ApiError, refusedError } from "../../../src/api/transport/errors.ts";

const REQUEST = { method: "GET", path: "/v1pre3/projects/1" };

describe("findError", () => {
  test("understands v1, with and without a code", () => {
    expect(findError({ ResponseStatus: { ErrorCode: "A.B", Message: "no" } })).toMatchObject({
      errorCode: "A.B",
      message: "no",
    });
    expect(findError({ ResponseStatus: { Message: "no" }, Notifications: [] })).toEqual({
      message: "no",
    });
  });

  test("understands v2", () => {
    const body = { ErrorCode: "A.B", ErrorMessage: "no", RequestId: "r1" };
    expect(findError(body)).toEqual({ errorCode: "A.B", message: "no", requestId: "r1" });
  });

  test("understands the launch of an app", () => {
    const body = { ErrorCode: "Conflict", MessageFormatted: "no" };
    expect(findError(body)).toMatchObject({ errorCode: "Conflict", message: "no" });
  });

  test("understands OAuth", () => {
    const body = { error: "access_denied", error_description: "no" };
    expect(findError(body)).toMatchObject({ errorCode: "access_denied", message: "no" });
  });

  test.each([
    { Response: { Id: "1" }, ResponseStatus: {} },
    { Response: { Id: "1" }, ResponseStatus: { Message: "welcome" } },
    { Items: [], Paging: {} },
    [],
    null,
    "text",
    undefined,
  ])("finds none in %j", (body) => {
    expect(findError(body)).toBeUndefined();
  });
});

describe("refusal", () => {
  test.each([
    [401, "not-signed-in"],
    [403, "access-denied"],
    [404, "not-found"],
    [410, "not-found"],
    [408, "timeout"],
    [409, "unavailable"],
    [429, "unavailable"],
    [500, "unavailable"],
    [503, "unavailable"],
  ])("takes %i for %s", (status, reason) => {
    expect(refusedError({ ...REQUEST, status }, undefined).reason).toBe(reason);
  });

  test.each([
    ["BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS", "access-denied"],
    ["Forbidden", "access-denied"],
    ["BASESPACE.COMMON.RESOURCE_REMOVED", "not-found"],
    ["BASESPACE.PROPERTIES.NOT_FOUND", "not-found"],
    ["BASESPACE.FILES.ARCHIVED", "archived"],
  ])("believes the code %s more than the status", (errorCode, reason) => {
    const body = { errorCode, message: "no" };
    expect(refusedError({ ...REQUEST, status: 200 }, body).reason).toBe(reason);
  });

  test("names the request, the status, the code, the request Id and what to do", () => {
    const body = { errorCode: "A.B", message: "Sorry" };
    const error = refusedError({ ...REQUEST, status: 403, requestId: "2024.x" }, body);
    expect(error.message).toBe(
      "GET /v1pre3/projects/1: the service returned 403 Sorry (A.B, request 2024.x)",
    );
    expect(error).toMatchObject({ status: 403, errorCode: "A.B", requestId: "2024.x", ...REQUEST });
    expect(error.remedy).toContain("scopes");
  });

  test("repeats no secret that the service repeats", () => {
    const message = "bad link https://store.example/key?Signature=abcdef and access_token=feedface";
    const error = refusedError(
      { ...REQUEST, status: 400 },
      { errorCode: "X", message, requestId: "r" },
    );
    expect(error.message).not.toMatch(/abcdef|feedface/);
  });

  test("is short, on one line and without secrets, whatever the service says", () => {
    const wild = `\u001b[2J\nBearer feedface\u202e${"A".repeat(2_000_000)}`;
    const body = { errorCode: wild, message: wild };
    const error = refusedError({ ...REQUEST, status: 400, requestId: wild }, body);
    for (const text of [error.message, error.errorCode, error.requestId]) {
      expect(text?.length).toBeLessThan(1000);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]|feedface/u);
      expect(text).toContain("[2J Bearer …");
    }
    expect(error.message).toMatch(/…\)$/);
  });

  test("has the reason that its code ends with, however long that is", () => {
    const errorCode = `${"A".repeat(300)}.NOT_FOUND`;
    expect(refusedError({ ...REQUEST, status: 400 }, { errorCode }).reason).toBe("not-found");
  });
});

describe("ApiError", () => {
  test("keeps the problem of a response on one line, and shortens it", () => {
    const facts = { ...REQUEST, status: 200, requestId: "\u0007r1" };
    const error = new ApiError("unavailable", facts, `Items[0].a\nb: ${"c".repeat(5000)}`);
    expect(error.message).toMatch(/^GET \/v1pre3\/projects\/1: Items\[0\]\.a b: c+…$/);
    expect(error.message.length).toBeLessThan(1100);
    expect(error.requestId).toBe("r1");
  });
});
