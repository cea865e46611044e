import { describe, expect, test } from "vitest";
import { StagedList } from "../../src/write/staged-list.ts";

const item = (path: string): { path: string } => ({ path });

describe("a list of what was made", () => {
  test("tells each change, and what there is", () => {
    const list = new StagedList();
    const [f, g] = [item("f"), item("g")];
    list.add(f);
    list.add(g);
    list.changed(f);
    f.path = "d/f";
    list.moved(f, "f");
    list.addFolder("d");
    list.addFolder("e");
    list.removeFolder("d");
    list.remove(g);
    expect([list.items, list.folders, list.size]).toEqual([[f], ["e"], 1]);
    expect(list.changesSince(0)).toEqual([
      { kind: "added", item: f, path: "f" },
      { kind: "added", item: g, path: "g" },
      { kind: "changed", item: f, path: "f" },
      { kind: "removed", item: f, path: "f" },
      { kind: "added", item: f, path: "d/f" },
      { kind: "folder-added", path: "d" },
      { kind: "folder-added", path: "e" },
      { kind: "folder-removed", path: "d" },
      { kind: "removed", item: g, path: "g" },
    ]);
    expect(list.changesSince(list.revision - 1)).toHaveLength(1);
    expect(list.changesSince(list.revision)).toEqual([]);
  });

  test("tells nothing of what it does not have", () => {
    const list = new StagedList();
    const stranger = item("f");
    list.changed(stranger);
    list.remove(stranger);
    list.removeFolder("d");
    list.moved(stranger, "e");
    expect([list.revision, list.items]).toEqual([0, []]);
  });

  test("remembers the last thousand changes at least, and never more than two thousand", () => {
    const list = new StagedList();
    for (let at = 0; at < 10_000; at += 1) {
      list.addFolder(`d${at}`);
      const { revision } = list;
      const kept = Math.min(revision, 1024);
      expect(list.changesSince(revision - kept)).toHaveLength(kept);
      if (revision > 2048) expect(list.changesSince(revision - 2048)).toBeUndefined();
    }
    const last = list.changesSince(list.revision - 2);
    expect(last?.map(({ path }) => path)).toEqual(["d9998", "d9999"]);
  });
});
