import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { neverAborted } from "../../src/core/abort.ts";
import { reasonOf } from "../../src/core/errors.ts";
import { createFileSystem } from "../../src/fs/create-file-system.ts";
import type { FileSystem } from "../../src/fs/file-system.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import { type Walker, walkerOf } from "../helpers/demo-file-system.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { apiCatalog, cachedCatalog, pathTree } from "../helpers/catalogs.ts";

const MANY = 2500;
const FASTQ = "@read\nACGT\n+\nFFFF\n".repeat(20_000);
const owner = { uid: 0, gid: 0, umask: 0o022 };

/** A whole filesystem, from the API up, over an emulator. */
function connect(emulator: TestEmulator) {
  const client = new BaseSpace({
    apiServer: emulator.apiServer,
    accessToken: emulator.accessToken,
    retry: { attempts: 2, firstDelayMs: 5 },
  });
  const readers = createReaders({ source: client.content, memoryBytes: 64 * 2 ** 20 });
  const catalog = cachedCatalog(apiCatalog(client));
  const fs = createFileSystem({ tree: pathTree({ catalog }), readers, owner });
  const close = async (): Promise<void> => {
    await readers[Symbol.asyncDispose]();
    await client.close();
  };
  return { fs, catalog, close };
}

describe("the filesystem over a local BaseSpace", () => {
  let emulator: TestEmulator;
  let connected: ReturnType<typeof connect>;
  let fs: FileSystem;
  let walker: Walker;

  beforeAll(async () => {
    emulator = await startTestEmulator({
      projects: [
        {
          id: "1001",
          name: "Demo: set (A/B)",
          dateModified: "2019-08-09T10:11:12Z",
          samples: [
            {
              id: "2001",
              name: "NA12878",
              files: [
                {
                  id: "9001",
                  path: "Data/Intensities/BaseCalls/S1_R1_001.fastq",
                  content: FASTQ,
                  dateCreated: "2017-03-04T05:06:07Z",
                },
                { path: "cold.bam", content: "cold", archived: true },
              ],
            },
          ],
          appResults: [{ name: "Calls" }, { name: "Calls" }],
        },
      ],
      runs: [
        {
          name: "180101_M1",
          files: Array.from({ length: MANY }, (_, at) => ({
            path: `Data/L00${at % 4}/s_${at}.bcl`,
          })),
        },
      ],
    });
    connected = connect(emulator);
    fs = connected.fs;
    walker = walkerOf(fs);
  });

  afterAll(async () => {
    await connected.close();
    await emulator.close();
  });

  const sample = "/projects/Demo: set (A／B)/samples/2001";

  it("[T1] shows the tree", async () => {
    expect(await walker.names("/")).toEqual(["projects", "runs"]);
    expect(await walker.names("/projects")).toEqual(["Demo: set (A／B)"]);
    expect(await walker.names(`${sample}/files`)).toEqual(["Data", "cold.bam"]);
    const results = await walker.names("/projects/1001/appresults");
    expect(results).toHaveLength(2);
    expect(results[0]).toBe("Calls");
    expect(results[1]).toMatch(/^Calls~\d+$/);
    const { ino } = await walker.stat("/projects/1001/samples-by-name/NA12878");
    expect(await fs.readlink(ino, neverAborted)).toBe("../samples/2001");
  });

  it("reads a file as it is, with its size and date", async () => {
    const path = `${sample}/files/Data/Intensities/BaseCalls/S1_R1_001.fastq`;
    const sum = (text: string): string => createHash("md5").update(text).digest("hex");
    expect(sum(await walker.readFile(path))).toBe(sum(FASTQ));
    expect(await walker.stat(path)).toMatchObject({
      sizeBytes: FASTQ.length,
      mtimeMs: Date.parse("2017-03-04T05:06:07Z"),
    });
    expect((await walker.stat("/projects/1001")).mtimeMs).toBe(Date.parse("2019-08-09T10:11:12Z"));
  });

  it("[T2] serves the hidden files from what the API says", async () => {
    expect(await walker.readFile(`${sample}/.id`)).toBe("2001\n");
    const single: unknown = JSON.parse(await walker.readFile(`${sample}/.json`));
    expect(single).toMatchObject({ Id: "2001", Name: "NA12878", HrefFiles: expect.any(String) });
    const listing: unknown = JSON.parse(await walker.readFile("/projects/.json"));
    expect(listing).toMatchObject([{ Id: "1001", Href: "v1pre3/projects/1001" }]);
  });

  it("lists thousands of files with one request to a thousand, and then with none", async () => {
    emulator.clearRequests();
    const files = "/runs/180101_M1/files/Data";
    const lanes = await walker.names(files);
    const all = await Promise.all(
      lanes.map(async (lane) => await walker.names(`${files}/${lane}`)),
    );
    expect(all.flat()).toHaveLength(MANY);
    const asked = emulator.requests.filter(({ path }) => path.endsWith("/files"));
    expect(asked).toHaveLength(Math.ceil(MANY / 1024));
  });

  it("refuses an archived file, an unknown Id and a write", async () => {
    const failureOf = async (work: () => unknown): Promise<string> =>
      await Promise.resolve()
        .then(work)
        .then(() => "none", reasonOf);
    const cold = await walker.inoOf(`${sample}/files/cold.bam`);
    expect(await failureOf(() => fs.open(cold, 0, neverAborted))).toBe("archived");
    expect(await failureOf(async () => await walker.stat("/projects/4711"))).toBe("not-found");
    expect(await failureOf(() => fs.change.mkdir(fs.root, "x", 0o755, neverAborted))).toBe(
      "read-only",
    );
  });

  it("reports why the service fails, and works again when it is back", async () => {
    const other = connect(emulator);
    try {
      emulator.addFaults("GET /v1pre3/users/current/projects status=503");
      const failure = await walkerOf(other.fs)
        .names("/projects")
        .then(() => "none", reasonOf);
      expect(failure).toBe("unavailable");
      emulator.clearFaults();
      expect(await walkerOf(other.fs).names("/projects")).toHaveLength(1);
    } finally {
      emulator.clearFaults();
      await other.close();
    }
  });
});
