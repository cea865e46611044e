import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { type CommandOutcome, runCommand } from "../helpers/run-command.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const FILES = "projects/Phage lambda/appresults/Many/files";
const COPIES = 200;
const BYTES = 20_000;
const PLENTY_MS = 100_000;

/** Opens files until it may not, waits while none is left, and then writes and closes each. */
const OPEN_MANY = `
import errno, os, sys, time
opened, problem = [], "none"
for at in range(300):
  try: opened.append(os.open(f"{sys.argv[1]}/open-{at}", os.O_CREAT | os.O_WRONLY))
  except OSError as e:
    problem = errno.errorcode[e.errno]
    break
time.sleep(1)
for fd in opened:
  os.write(fd, b"x" * ${BYTES})
  os.close(fd)
print(problem, len(opened))
`;

let product: Product;

afterEach(async () => await product?.[Symbol.asyncDispose]());

async function mountWith(descriptors: number): Promise<CommandOutcome> {
  product = await startProduct({ mountArgs: null });
  const env = product.environment;
  const mount = `ulimit -n ${descriptors}; exec "$0" "$@"`;
  const program = [process.execPath, CLI, "mount", product.mountPoint];
  return await runCommand("bash", ["-c", mount, ...program], { env });
}

/** The files that BaseSpace has of the result, with their sizes. */
async function finished(): Promise<ReadonlyMap<string, number>> {
  const get = async (path: string): Promise<readonly Record<string, string | number>[]> => {
    const { apiServer, accessToken } = product.emulator;
    const headers = { authorization: `Bearer ${accessToken}` };
    const response = await fetch(`${apiServer}/v1pre3/${path}`, { headers });
    return ((await response.json()) as { Response: { Items: [] } }).Response.Items;
  };
  const results = await get("projects/1001/appresults?Limit=100");
  const result = results.find(({ Name }) => Name === "Many");
  const files = await get(`appresults/${String(result?.["Id"])}/files?Limit=1000`);
  return new Map(files.map(({ Path, Size }) => [String(Path), Number(Size)]));
}

describe("a mount that may open few files", () => {
  it(`finishes every one of ${COPIES} files that were copied at a time without an error`, async () => {
    expect(await mountWith(128)).toMatchObject({ code: 0 });
    await product.newResult("Many");
    const source = product.dir.join("source");
    await writeFile(source, "y".repeat(BYTES));
    const copies = `for n in $(seq ${COPIES}); do (cp ${source} copy-$n && echo copy-$n) & done; wait`;
    const { stdout, stderr } = await product.shell(copies, FILES);
    const copied = stdout.split("\n").filter((name) => name !== "");
    const complaints = stderr.split("\n").filter((line) => line !== "");
    for (const line of complaints) expect(line).toMatch(/Too many open files/);
    expect(copied.length + complaints.length).toBe(COPIES);
    const files = await finished();
    for (const name of copied) expect([name, files.get(name)]).toEqual([name, BYTES]);
    expect((await product.shell("ls", FILES)).code).toBe(0);
  });

  it("fails further opens, and keeps working", async () => {
    expect(await mountWith(200)).toMatchObject({ code: 0 });
    await product.newResult("Many");
    const folder = `${product.mountPoint}/${FILES}`;
    const options = { timeoutMs: PLENTY_MS };
    const { stdout } = await runCommand("python3", ["-c", OPEN_MANY, folder], options);
    const [problem, opened] = stdout.trim().split(" ");
    expect(problem).toBe("ENFILE");
    expect(Number(opened)).toBeGreaterThan(20);
    await expect
      .poll(async () => [...(await finished()).values()], { timeout: PLENTY_MS })
      .toEqual(Array.from({ length: Number(opened) }, () => BYTES));
    expect(await product.shell("head -c 5 open-0 && echo more > after", FILES)).toMatchObject({
      code: 0,
      stdout: "xxxxx",
    });
    expect(await product.bsmount(["unmount", product.mountPoint])).toMatchObject({ code: 0 });
  });
});

describe("a mount that may open too few files", () => {
  it("does not start, and prints a remedy", async () => {
    const { code, stderr } = await mountWith(64);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^bsmount: .*\n/);
    expect(stderr).toContain("ulimit -n");
    expect(stderr).not.toMatch(/^ +at |Node\.js v/m);
  });
});
