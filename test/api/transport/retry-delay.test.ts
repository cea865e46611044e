import { describe, expect, test } from "vitest";
import { parseRetryAfter, retryDelay } from "../../../src/api/transport/retry-delay.ts";

const LIMITS = { attempts: 5, firstDelayMs: 100, maxDelayMs: 1000, totalMs: 10_000 };

describe("retryDelay", () => {
  test.each([
    [1, 50],
    [2, 100],
    [3, 200],
    [4, 400],
  ])("doubles its bound with each attempt: after attempt %i half of it is %i ms", (attempt, ms) => {
    expect(retryDelay({ attempt, elapsedMs: 0 }, undefined, LIMITS, 0.5)).toBe(ms);
  });

  test("spreads from nothing to the bound", () => {
    expect(retryDelay({ attempt: 1, elapsedMs: 0 }, undefined, LIMITS, 0)).toBe(0);
    expect(retryDelay({ attempt: 1, elapsedMs: 0 }, undefined, LIMITS, 0.999)).toBeCloseTo(99.9);
  });

  test("waits at least as long as the server asks, be it longer than the longest delay, within the total", () => {
    expect(retryDelay({ attempt: 1, elapsedMs: 0 }, 700, LIMITS, 0.5)).toBe(700);
    expect(retryDelay({ attempt: 1, elapsedMs: 0 }, 7000, LIMITS, 0.5)).toBe(7000);
    expect(retryDelay({ attempt: 1, elapsedMs: 0 }, 3_600_000, LIMITS, 0.5)).toBe(10_000);
  });

  test("never passes the longest delay", () => {
    const limits = { ...LIMITS, attempts: 100 };
    expect(retryDelay({ attempt: 60, elapsedMs: 0 }, undefined, limits, 0.999)).toBeLessThan(1000);
  });

  test("ends after the last attempt", () => {
    expect(retryDelay({ attempt: 5, elapsedMs: 0 }, undefined, LIMITS, 0.5)).toBeUndefined();
  });

  test("lets the last attempt start when the total is used up, and none after it", () => {
    expect(retryDelay({ attempt: 2, elapsedMs: 9850 }, undefined, LIMITS, 0.5)).toBe(100);
    expect(retryDelay({ attempt: 2, elapsedMs: 9950 }, undefined, LIMITS, 0.5)).toBe(50);
    expect(retryDelay({ attempt: 2, elapsedMs: 10_000 }, undefined, LIMITS, 0.5)).toBeUndefined();
    expect(retryDelay({ attempt: 2, elapsedMs: 10_001 }, undefined, LIMITS, 0.5)).toBeUndefined();
  });
});

describe("parseRetryAfter", () => {
  const now = Date.UTC(2026, 0, 1, 12);

  test.each([
    ["2", 2000],
    ["0", 0],
    ["Thu, 01 Jan 2026 12:00:05 GMT", 5000],
    ["Thu, 01 Jan 2026 11:00:00 GMT", 0],
  ])("reads %s", (header, ms) => {
    expect(parseRetryAfter(header, now)).toBe(ms);
  });

  test.each([undefined, "", "soon", "-5"])("ignores %s", (header) => {
    const ms = parseRetryAfter(header, now);
    expect(ms === undefined || ms === 0).toBe(true);
  });
});
