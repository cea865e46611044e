import { subscribe } from "node:diagnostics_channel";
import { afterEach, expect } from "vitest";
import { type Leaks, LEAKS_CHANNEL } from "../../src/emulator/object-store/leaks.ts";

/*
 * Runs before every test file. No emulator that a test starts in its own process, however it starts it,
 * may have had a credential at its object store. A test that sends one on purpose looks at the
 * emulator's `leaks` and calls its `clearLeaks()`.
 */

const watched = new Set<Leaks>();
subscribe(LEAKS_CHANNEL, (leaks) => watched.add(leaks as Leaks));

afterEach(() => {
  const found = [...watched].flatMap((leaks) => leaks.found);
  for (const leaks of watched) leaks.clear();
  expect(found, "credentials that were sent to the object store").toEqual([]);
});
