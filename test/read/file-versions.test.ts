import { describe, expect, it } from "vitest";
import { FileVersions } from "../../src/read/file-versions.ts";
import type { Flight } from "../../src/read/flight.ts";
import { describeContent } from "../helpers/scripted-source.ts";

const FILE = describeContent("f", 1000);
const ignore = (): void => {};

function versionsOver(kept = new Set<string>()): FileVersions {
  return new FileVersions(16, (key) => kept.has(key));
}

describe("FileVersions", () => {
  it("reports unused blocks to the readers of their version only", () => {
    const versions = versionsOver(new Set(["f.1"]));
    const calls: string[] = [];
    const [a, b] = [1, 2].map((n) => (index: number) => void calls.push(`${n}:${index}`));
    if (a === undefined || b === undefined) throw new Error("two listeners");
    const version = versions.open(FILE, a);
    versions.open(FILE, b);
    const other = versions.open(describeContent("g", 1000), ignore);
    versions.unused(version.key, 7);
    versions.unused(other.key, 8);
    versions.unused("nobody's", 9);
    versions.close(version, a);
    versions.unused(version.key, 5);
    versions.close(version, b);
    versions.unused(version.key, 6);
    expect(calls).toEqual(["1:7", "2:7", "2:5"]);
  });

  it("keeps a version while it has a reader, a flight or a cached block", () => {
    const kept = new Set<string>();
    const versions = versionsOver(kept);
    const version = versions.open(FILE, ignore);
    versions.open(FILE, () => {});
    expect([version.readers, version.fileBlocks]).toEqual([2, 63]);
    versions.close(version, ignore);
    expect(versions.size).toBe(1);
    version.flights.set(0, {} as Flight);
    versions.close(version, ignore);
    expect(versions.size).toBe(1);
    kept.add(version.key);
    version.flights.clear();
    versions.forgetIfIdle(version.key);
    expect(versions.open(FILE, ignore)).toBe(version);
    versions.close(version, ignore);
    kept.clear();
    versions.forgetIfIdle(version.key);
    versions.forgetIfIdle(version.key);
    versions.forgetIfIdle("never seen");
    expect(versions.size).toBe(0);
    expect(versions.open(FILE, ignore)).not.toBe(version);
  });

  it("makes a new version after one was retired", () => {
    const versions = versionsOver();
    const old = versions.open(FILE, ignore);
    versions.retire(old);
    const fresh = versions.open(FILE, ignore);
    expect(fresh.key).not.toBe(old.key);
    versions.retire(old);
    versions.close(old, ignore);
    expect(versions.open(FILE, ignore)).toBe(fresh);
    expect([old.isOutdated, fresh.isOutdated, versions.size]).toEqual([true, false, 1]);
  });
});
