import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CALLS, type FaultyCall, type Place } from "./calls.ts";
import { type Fault, FaultWorld } from "./fault-world.ts";
import { faultsPage, type FaultRow } from "./page.ts";

/*
 * Every fault that a service or the way to it can have, at every call of an upload: the file system over the client,
 * real HTTP and the emulator, without a kernel. `mount/upload-faults.test.ts` does some of it through one. A request
 * that takes effect after its response was lost is in `api/transport/idempotent-calls-late.test.ts`.
 */

const FAULTS: readonly Fault[] = [
  { name: "500", action: "status=500" },
  { name: "503", action: "status=503" },
  { name: "429 with Retry-After", action: "status=429 retry-after=7" },
  { name: "401: the token has expired", action: "status=401" },
  { name: "404", action: "status=404" },
  { name: "reset before the request is handled", action: "reset-before" },
  { name: "reset after it was handled", action: "reset-after" },
  { name: "handled, but no response", action: "drop-answer", isSlow: true },
  { name: "slow response", action: "slow=20kB/s", isSlow: true },
  { name: "half a response", action: "truncate" },
  {
    name: "a damaged byte in the response",
    action: "corrupt",
    varies: ["0", "EIO", "ESTALE"],
  },
  { name: "a damaged byte in the request", action: "damage" },
];

let shared: FaultWorld;

beforeAll(async () => {
  shared = await FaultWorld.start();
});

afterAll(async () => await shared?.[Symbol.asyncDispose]());

interface Case {
  readonly fault: Fault;
  readonly times: number;
}

/** Has the fault happen to `call`, and returns what the program sees. */
async function outcomeOf(
  world: FaultWorld,
  place: Place,
  call: FaultyCall,
  { fault, times }: Case,
): Promise<string> {
  const act = call.act(place);
  world.begin(fault, call, times);
  const seen = await act.run();
  const versions = await act.inBaseSpace();
  const isKept = act.isKept();
  world.end();
  expect(versions, `${call.name}: complete versions`).toBe(seen === "0" ? 1 : 0);
  const isToBeKept = seen !== "0" && call.name !== "status";
  expect(isKept, `${call.name}: the bytes are in staging`).toBe(isToBeKept);
  if (seen === "0") return seen;
  expect(await act.run(), `${call.name}, once more`).toBe("0");
  expect([await act.inBaseSpace(), act.isKept()], `${call.name}, in the end`).toEqual([1, false]);
  return seen;
}

async function outcomesOf(which: Case): Promise<readonly string[]> {
  if (which.fault.isSlow !== true) {
    return await shared.use(which.fault, async (place) => {
      const outcomes: string[] = [];
      for (const call of CALLS) outcomes.push(await outcomeOf(shared, place, call, which));
      return outcomes;
    });
  }
  return await Promise.all(
    CALLS.map(async (call) => {
      await using world = await FaultWorld.start();
      return await world.use(which.fault, async (place) => {
        return await outcomeOf(world, place, call, which);
      });
    }),
  );
}

const rows: FaultRow[] = [];

describe.each(FAULTS.map((fault) => [fault.name, fault] as const))("%s", (name, fault) => {
  test.each([
    ["once", 1],
    ["each time", Number.POSITIVE_INFINITY],
  ])(
    "[W5] %s: every call succeeds, or fails and keeps the bytes; the file is finished once",
    async (_when, times) => {
      const seen = await outcomesOf({ fault, times });
      const { varies } = fault;
      for (const each of seen) expect(varies ?? [each]).toContain(each);
      const outcomes = varies === undefined ? seen : seen.map(() => "varies");
      rows.push({ fault: name, isLasting: times > 1, outcomes });
    },
  );
});

const PAGE = new URL("../../native-notes/upload-faults.md", import.meta.url);

/** After a change: `BSMOUNT_WRITE_DOCS=1 npx vitest run --project core test/faults`. */
test("the page about faults of uploads has the outcomes as they are", () => {
  expect(rows).toHaveLength(2 * FAULTS.length);
  const page = faultsPage(CALLS, rows);
  if (process.env["BSMOUNT_WRITE_DOCS"] === "1") writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, "utf8")).toBe(page);
});
