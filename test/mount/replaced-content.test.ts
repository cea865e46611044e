import { spawn } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";

/* A file that BaseSpace gets anew, of the same path and size, while programs have it open. */

const SIZE = 2 * 1024 * 1024;
const AT = 1024 * 1024;
const RESULT = "projects/Phage lambda/appresults/replaced";

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: ["--metadata-ttl", "1s"] });
  expect((await product.shell(`mkdir '${RESULT}'`)).stderr).toBe("");
});

afterAll(async () => await product?.[Symbol.asyncDispose]());

/** Uploads without this mount, as another user would. */
async function upload(letter: string): Promise<void> {
  const id = (await product.shell(`cat '${RESULT}/.id'`)).stdout.trim();
  const { apiServer, accessToken } = product.emulator;
  const headers = {
    authorization: `Bearer ${accessToken}`,
    "content-type": "application/octet-stream",
  };
  const url = `${apiServer}/v1pre3/appresults/${id}/files?name=data`;
  const response = await fetch(url, { method: "POST", headers, body: letter.repeat(SIZE) });
  expect(response.status).toBe(201);
}

const PROGRAM = `
import errno, os, sys, time
path = sys.argv[1]
old = os.open(path, os.O_RDONLY)
os.posix_fadvise(old, 0, 0, os.POSIX_FADV_RANDOM)
print(os.pread(old, 4, 0).decode(), flush=True)
sys.stdin.readline()
deadline = time.time() + 60
while True:
    new = os.open(path, os.O_RDONLY)
    os.posix_fadvise(new, 0, 0, os.POSIX_FADV_RANDOM)
    first = os.pread(new, 1, 0)
    if first == b"B" or time.time() > deadline: break
    os.close(new)
    time.sleep(0.2)
try: print(os.pread(old, 4, ${AT}).decode(), flush=True)
except OSError as e: print(errno.errorcode[e.errno], flush=True)
print(sorted(set(os.pread(new, ${SIZE} + 1, 0).decode())), flush=True)
`;

it("[R3] gives ESTALE to older descriptors, and to newer ones no byte of the older content", async () => {
  await upload("A");
  const file = `${product.mountPoint}/${RESULT}/files/data`;
  await expect
    .poll(async () => (await product.shell(`ls '${RESULT}/files'`)).stdout, { timeout: 20_000 })
    .toContain("data");
  const child = spawn("python3", ["-c", PROGRAM, file], { timeout: 90_000 });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise((resolve) => child.once("close", resolve));
  await expect.poll(() => said, { timeout: 20_000 }).toContain("AAAA");
  await upload("B");
  child.stdin.end("\n");
  await ended;
  expect(said.split("\n")).toEqual(["AAAA", "ESTALE", "['B']", ""]);
});
