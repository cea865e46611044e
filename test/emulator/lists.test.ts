import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";

interface List {
  readonly Items: readonly {
    readonly Id: string;
    readonly Name: string;
    readonly Path: string;
    readonly DateCreated: string;
  }[];
  readonly DisplayedCount: number;
  readonly TotalCount: number;
  readonly Offset: number;
  readonly Limit: number;
  readonly SortDir: string;
  readonly SortBy: string;
}

describe("lists", () => {
  let emulator: TestEmulator;

  async function list(path: string): Promise<List> {
    const response = await emulator.get(path);
    expect(response.status).toBe(200);
    return ((await response.json()) as { Response: List }).Response;
  }

  async function names(path: string): Promise<string[]> {
    return (await list(path)).Items.map((item) => item.Path ?? item.Name);
  }

  beforeAll(async () => {
    const many = Array.from({ length: 1500 }, (_, index) => ({ path: `Data/L001/${index}.bcl` }));
    const samples = ["b", "c", "a"].map((name, index) => ({
      id: String([9, 10, 100][index]),
      name,
      dateCreated: `2020-01-0${3 - index}`,
    }));
    emulator = await startTestEmulator({
      projects: [
        {
          id: "1",
          name: "twelve",
          samples,
          appResults: [{ id: "70", name: "r", status: "Running", files: [{ path: "b" }] }],
        },
        ...Array.from({ length: 11 }, (_, index) => ({ name: `p${index}` })),
        { id: "99", name: "p1", removed: true },
      ],
      runs: [
        {
          id: "5",
          name: "run",
          status: "Failed",
          samples: ["100", "9"],
          files: [
            ...many,
            { path: "RunInfo.xml" },
            { path: "reads.vcf.gz" },
            { path: "reads.VCF" },
            { path: "late.vcf", uploadStatus: "pending" },
          ],
        },
        { id: "6", name: "other" },
      ],
    });
  });
  afterAll(async () => await emulator.close());

  it("have ten items by Id by default, and the total count", async () => {
    const { Items, ...page } = await list("users/current/projects");
    expect(Items).toHaveLength(10);
    expect(page).toEqual({
      DisplayedCount: 10,
      TotalCount: 12,
      Offset: 0,
      Limit: 10,
      SortDir: "Asc",
      SortBy: "Id",
    });
  });

  it("limit Limit to 1024 and echo it", async () => {
    const page = await list("runs/5/files?Limit=5000");
    expect(page.Items).toHaveLength(1024);
    expect([page.Limit, page.DisplayedCount, page.TotalCount]).toEqual([1024, 1024, 1503]);
    const rest = await list("runs/5/files?Limit=5000&Offset=1024");
    expect(rest.Items).toHaveLength(1503 - 1024);
    expect(new Set([...page.Items, ...rest.Items].map((item) => item.Id)).size).toBe(1503);
  });

  it("return only the total for Limit=0", async () => {
    const page = await list("users/current/projects?Limit=0");
    expect([page.Items, page.TotalCount, page.Limit]).toEqual([[], 12, 0]);
  });

  it("are empty after the end", async () => {
    const page = await list("users/current/projects?Offset=12");
    expect([page.Items, page.DisplayedCount, page.TotalCount]).toEqual([[], 0, 12]);
  });

  it("sort Ids as numbers, names as text, dates by time", async () => {
    expect(await names("projects/1/samples")).toEqual(["b", "c", "a"]);
    expect(await names("projects/1/samples?SortDir=Desc")).toEqual(["a", "c", "b"]);
    expect(await names("projects/1/samples?SortBy=Name")).toEqual(["a", "b", "c"]);
    expect(await names("projects/1/samples?SortBy=DateCreated")).toEqual(["a", "c", "b"]);
  });

  it("sort names and paths without regard to case, also of properties", async () => {
    const files = await names("runs/5/files?SortBy=Path&Extensions=xml,vcf,gz");
    expect(files).toEqual(["reads.VCF", "reads.vcf.gz", "RunInfo.xml"]);
    const properties = ["b.x", "A.x", "B.y", "a.y"].map((Name) => ({
      Type: "string",
      Name,
      Content: "",
    }));
    const set = await emulator.get("projects/1/properties", {
      method: "POST",
      body: JSON.stringify({ Properties: properties }),
    });
    expect(set.status).toBe(201);
    const ordered = ["A.x", "a.y", "b.x", "B.y"];
    expect(await names("projects/1/properties")).toEqual(ordered);
    const single = (await (await emulator.get("projects/1")).json()) as {
      Response: { Properties: { Items: { Name: string }[] } };
    };
    expect(single.Response.Properties.Items.map(({ Name }) => Name)).toEqual(ordered);
  });

  it("replace an unknown SortBy by the default, and echo it", async () => {
    const page = await list("projects/1/samples?SortBy=Colour&SortDir=sideways");
    expect([page.SortBy, page.SortDir]).toEqual(["Id", "Asc"]);
  });

  it("match query names without regard to case", async () => {
    const page = await list("projects/1/samples?LIMIT=1&offset=1&sortby=NAME&sortDIR=desc");
    expect(page.Items.map((item) => item.Name)).toEqual(["b"]);
    expect([page.SortBy, page.SortDir]).toEqual(["Name", "Desc"]);
  });

  it("ignore values that are not numbers", async () => {
    const page = await list("projects/1/samples?Limit=lots&Offset=-2");
    expect([page.Limit, page.Offset]).toEqual([10, 0]);
  });

  it("find projects by exact name", async () => {
    expect(await names("users/current/projects?Name=p1")).toEqual(["p1"]);
    expect(await names("users/current/projects?Name=P1")).toEqual([]);
  });

  it("filter files by extension, with and without dot, and by folder", async () => {
    expect(await names("runs/5/files?Extensions=.vcf,xml")).toEqual(["RunInfo.xml", "reads.VCF"]);
    expect(await names("runs/5/files?extensions=vcf.gz")).toEqual(["reads.vcf.gz"]);
    expect((await list("runs/5/files?Directory=/Data/L001/&Limit=1")).TotalCount).toBe(1500);
    expect((await list("runs/5/files?Directory=Data")).TotalCount).toBe(0);
    expect((await list("runs/5/files?Directory=/")).TotalCount).toBe(3);
  });

  it("filter runs by status, and list the samples of one", async () => {
    expect(await names("users/current/runs?Statuses=failed,running")).toEqual(["run"]);
    expect(await names("runs/5/samples")).toEqual(["b", "a"]);
  });

  it("have only complete files, while a pending one is readable by Id", async () => {
    const all = await list("runs/5/files?Limit=1024&Offset=1000");
    expect(all.Items.some((item) => item.Path === "late.vcf")).toBe(false);
    const last = Number(all.Items.at(-1)?.Id);
    const pending = await emulator.get(`files/${last + 1}`);
    expect(await pending.json()).toMatchObject({
      Response: { UploadStatus: "pending", Path: "late.vcf", Size: 0 },
    });
    expect((await emulator.get(`files/${last + 1}/content?redirect=meta`)).status).toBe(409);
  });

  it("show additions, changes and removals at once, in every order", async () => {
    const files = "appresults/70/files";
    const upload = async (name: string): Promise<void> => {
      const made = await emulator.get(`${files}?name=${name}`, { method: "POST", body: name });
      expect(made.status).toBe(201);
    };
    expect(await names(files)).toEqual(["b"]);
    expect(await names(`${files}?SortBy=Path`)).toEqual(["b"]);
    await upload("a");
    expect(await names(files)).toEqual(["b", "a"]);
    expect(await names(`${files}?SortBy=Path`)).toEqual(["a", "b"]);
    expect(await names(`${files}?SortBy=Path&SortDir=Desc`)).toEqual(["b", "a"]);
    expect(await names(`${files}?SortBy=Path&Extensions=bam`)).toEqual([]);
    expect(await names(`${files}?SortBy=Path&Offset=1`)).toEqual(["b"]);
    const pending = await emulator.get(`${files}?name=0&multipart=true`, { method: "POST" });
    const { Id } = ((await pending.json()) as { Response: { Id: string } }).Response;
    expect(await names(`${files}?SortBy=Path`)).toEqual(["a", "b"]);
    await emulator.get(`files/${Id}/parts/1`, { method: "PUT", body: "x" });
    await emulator.get(`files/${Id}?uploadstatus=complete`, { method: "POST" });
    expect(await names(`${files}?SortBy=Path`)).toEqual(["0", "a", "b"]);
  });

  it("omit what its owner removed, whose path returns 410", async () => {
    const response = await emulator.get("projects/99");
    expect(response.status).toBe(410);
    expect(await response.json()).toMatchObject({
      ResponseStatus: { ErrorCode: "BASESPACE.COMMON.RESOURCE_REMOVED" },
    });
  });
});
