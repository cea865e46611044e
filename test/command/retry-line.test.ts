import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Product, startProduct } from "../helpers/product.ts";
import { openTerminal } from "../helpers/terminal.ts";

const CLI = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** No server listens there. */
const NOWHERE = "--api-server http://127.0.0.1:1";

let product: Product;

beforeAll(async () => {
  product = await startProduct({ mountArgs: null });
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

describe.each([
  ["whoami", () => `whoami ${NOWHERE}`],
  // Its background process sends the requests.
  ["mount", () => `mount '${product.mountPoint}' ${NOWHERE}`],
])("bsmount %s in a terminal, without a server", (_name, commandOf) => {
  it("says that it tries again and until when, and leaves only the error", async () => {
    const command = `node '${CLI}' ${commandOf()} 2>&1; echo ended-$?`;
    await using terminal = await openTerminal(command, product.dir, product.environment);
    const screen = async (): Promise<string> => await terminal.screen();
    await expect
      .poll(screen, { timeout: 20_000 })
      .toMatch(/^bsmount: trying again until \d\d:\d\d:\d\d: .*refuses connections/m);
    await expect.poll(screen, { timeout: 40_000 }).toContain("ended-1");
    const shown = await screen();
    expect(shown).not.toContain("trying again");
    expect(shown).toMatch(/^bsmount: .*refuses connections[^]*try: check that the address/);
  }, 70_000);
});
