import process from "node:process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pauseRetryLine, showRetries } from "../../src/cli/retry-line.ts";
import { type RequestMessage, requests, retries } from "../../src/core/telemetry.ts";

const CLEARED = "\r\u001b[K";
const WHY = "GET /v1pre3/users/current: the server refuses connections";
const RESPONSE: RequestMessage = {
  target: "api",
  method: "GET",
  path: "/",
  status: 200,
  durationMs: 1,
  bytesIn: 1,
  bytesOut: 0,
  attempt: 2,
};

let written: string[];
let wasTerminal: boolean;

function setTerminal(isTTY: boolean): void {
  Object.defineProperty(process.stderr, "isTTY", { value: isTTY, configurable: true });
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-01T10:00:00") });
  written = [];
  wasTerminal = process.stderr.isTTY;
  setTerminal(true);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => written.push(String(text)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  setTerminal(wasTerminal);
});

describe("the line about a service that fails", () => {
  it("appears once, two seconds after the first failure, and is cleared by a response", () => {
    using _line = showRetries();
    retries.publish({ why: WHY, elapsedMs: 0, totalMs: 15_000 });
    vi.advanceTimersByTime(1_900);
    expect(written).toEqual([]);
    vi.advanceTimersByTime(200);
    retries.publish({ why: WHY, elapsedMs: 2_100, totalMs: 15_000 });
    vi.advanceTimersByTime(5_000);
    const [line, ...others] = written;
    expect(others).toEqual([]);
    expect(line).toMatch(/^\r\u001b\[Kbsmount: trying again until 10:00:15: GET \/v1pre3\/users/);
    expect(line?.length).toBeLessThan(CLEARED.length + (process.stderr.columns || 80));
    requests.publish({ ...RESPONSE, status: 0 });
    requests.publish({ ...RESPONSE, status: 429 });
    requests.publish({ ...RESPONSE, status: 503 });
    expect(written).toHaveLength(1);
    requests.publish(RESPONSE);
    expect(written.slice(1)).toEqual([CLEARED]);
  });

  it("does not appear when the service responds again in time", () => {
    using _line = showRetries();
    retries.publish({ why: WHY, elapsedMs: 0, totalMs: 15_000 });
    requests.publish(RESPONSE);
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([]);
  });

  it("is cleared when the command ends, and nothing comes after that", () => {
    {
      using _line = showRetries();
      retries.publish({ why: WHY, elapsedMs: 3_000, totalMs: 15_000 });
      vi.advanceTimersByTime(1);
    }
    expect(written.at(-1)).toBe(CLEARED);
    retries.publish({ why: WHY, elapsedMs: 3_000, totalMs: 15_000 });
    vi.advanceTimersByTime(60_000);
    expect(written).toHaveLength(2);
  });

  it("does not appear where it would disturb, or where nobody reads it", () => {
    {
      using _line = showRetries();
      using _pause = pauseRetryLine();
      retries.publish({ why: WHY, elapsedMs: 3_000, totalMs: 15_000 });
      vi.advanceTimersByTime(60_000);
    }
    setTerminal(false);
    using _line = showRetries();
    retries.publish({ why: WHY, elapsedMs: 3_000, totalMs: 15_000 });
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual([]);
  });
});
