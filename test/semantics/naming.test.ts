import { describe, expect, it } from "vitest";
import { demoFileSystem } from "../helpers/demo-file-system.ts";
import { entityOf, fileOf } from "../helpers/memory-catalog.ts";

const ALIKE = 1_500_000_000_000;

describe("a name in a folder of entities", () => {
  it("[T4] is a reserved one, else a listed one, else an Id, else a name of exactly one", async () => {
    const { world, readFile } = demoFileSystem();
    world.list("runs", [
      entityOf("run", 5, "6"),
      entityOf("run", 6, "other"),
      entityOf("run", 7, "8"),
      entityOf("run", 8, "8"),
      entityOf("run", 9, ".json"),
    ]);
    const idOf = async (name: string): Promise<string> => await readFile(`/runs/${name}/.id`);
    expect(await idOf("6")).toBe("5\n");
    expect(await idOf("other")).toBe("6\n");
    expect(await idOf("8")).toBe("7\n");
    expect(await idOf("8~8")).toBe("8\n");
    expect(await idOf(".json~9")).toBe("9\n");
    expect(JSON.parse(await readFile("/runs/.json"))).toHaveLength(5);
  });

  it("[T4] has one listing under each of its names", async () => {
    const { stat, names } = demoFileSystem();
    expect((await stat("/projects/2")).ino).toBe((await stat("/projects/Demo~2")).ino);
    expect(await names("/projects")).toEqual(["Demo", "Demo~2", "A／B"]);
  });
});

describe("a folder that cannot be shown as it is", () => {
  it("[N7] takes the lowest Id of the files below it, by value", async () => {
    const { world, names } = demoFileSystem();
    world.put("run 30", [
      fileOf(1000, "bad\ufffd/x/new", { dateCreatedMs: ALIKE }),
      fileOf(999, "bad\ufffd/y/old", { dateCreatedMs: ALIKE }),
      fileOf(2000, "bad\ufffd/top", { dateCreatedMs: ALIKE }),
    ]);
    expect(await names("/runs/180101_M1/files")).toEqual(["bad？~999"]);
  });
});
