import { describe, expect, it, vi } from "vitest";
import { outcomeOf } from "../../src/cli/await/outcome.ts";
import type { Target } from "../../src/cli/await/targets.ts";
import { type Change, waitForEnds } from "../../src/cli/await/wait-for-ends.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { BsmountError } from "../../src/core/errors.ts";

/** A session whose status is what `status` returns for each reading. */
function target(status: (reading: number) => string): Target & { readonly times: number[] } {
  const times: number[] = [];
  return {
    type: "session",
    id: "1",
    times,
    read: async () => {
      times.push(Date.now());
      return { name: "s", status: status(times.length), summary: "" };
    },
  };
}

async function wait(
  targets: readonly Target[],
  { until = Infinity, signal = neverAborted } = {},
): Promise<{ readonly outcomes: readonly string[]; readonly changes: readonly Change[] }> {
  const changes: Change[] = [];
  const onChange = (change: Change): void => void changes.push(change);
  const outcomes = await waitForEnds(targets, { intervalMs: 20, until, signal, onChange });
  return { outcomes, changes };
}

describe("waiting for the end of sessions", () => {
  it.each([
    ["Complete", "complete"],
    ["COMPLETE", "complete"],
    ["Aborted", "failed"],
    ["NeedsAttention", "failed"],
    ["TimedOut", "failed"],
    ["Failed", "failed"],
    ["Stopped", "failed"],
    ["Running", "waiting"],
    ["PendingAnalysis", "waiting"],
    ["SomethingNew", "waiting"],
    ["", "waiting"],
  ])("%j means %s", (status, outcome) => expect(outcomeOf(status)).toBe(outcome));

  it("asks less and less often while nothing changes, and soon again after a change", async () => {
    const each = target((reading) =>
      reading < 7 ? "Running" : reading < 9 ? "Paused" : "Complete",
    );
    const { changes } = await wait([each]);
    expect(changes.map(({ state }) => state.status)).toEqual(["Running", "Paused", "Complete"]);
    const pauses = each.times.slice(1).map((time, at) => time - (each.times[at] ?? 0));
    expect(pauses[5]).toBeGreaterThan((pauses[0] ?? 0) * 3);
    expect(pauses[6]).toBeLessThan(pauses[5] ?? 0);
  });

  it("reads no more what has ended", async () => {
    const [first, second] = [
      target(() => "Aborted"),
      target((at) => (at < 4 ? "New" : "Complete")),
    ];
    expect((await wait([first, second])).outcomes).toEqual(["failed", "complete"]);
    expect(first.times).toHaveLength(1);
  });

  it("ends when the time is over, also while a request is under way", async () => {
    const hanging: Target = {
      ...target(() => ""),
      read: async (signal) =>
        await new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }),
    };
    const { outcomes } = await wait([hanging], { until: Date.now() + 50 });
    expect(outcomes).toEqual(["waiting"]);
  });

  it("outlasts some failures in a row, and not a service that is away", async () => {
    const warned: string[] = [];
    const stderr = vi
      .spyOn(process.stderr, "write")
      .mockImplementation((text) => warned.push(String(text)) > 0);
    const failing = (reason: "unavailable" | "not-found", until: number): Target => {
      const each = target(() => "Complete");
      return {
        ...each,
        read: async (signal) => {
          const state = await each.read(signal);
          if (each.times.length > until) return state;
          throw new BsmountError(reason, "the service is away");
        },
      };
    };
    try {
      expect((await wait([failing("unavailable", 3)])).outcomes).toEqual(["complete"]);
      expect(warned).toHaveLength(1);
      await expect(wait([failing("not-found", 1)])).rejects.toMatchObject({ reason: "not-found" });
      await expect(wait([failing("unavailable", 99)])).rejects.toMatchObject({
        reason: "unavailable",
      });
    } finally {
      stderr.mockRestore();
    }
  });

  it("ends at its signal", async () => {
    const signal = AbortSignal.timeout(100);
    await expect(wait([target(() => "Running")], { signal })).rejects.toMatchObject({
      name: expect.stringMatching(/AbortError|TimeoutError/) as string,
    });
  });
});
