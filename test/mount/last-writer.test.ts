import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { startProduct } from "../helpers/product.ts";
import { remoteResult } from "../helpers/remote-result.ts";
import { ShellSession } from "../helpers/shell-session.ts";

it("[W3] a file is finished by its last writer, also when two have it by the name and by the Id of its result", async () => {
  await using product = await startProduct();
  await product.newResult("Shared");
  const project = `${product.mountPoint}/projects`;
  const byName = `${project}/Phage lambda/appresults/Shared`;
  const id = await readFile(`${byName}/.id`, "utf8");
  const byId = `${project}/1001/appresults/${id.trim()}`;
  const remote = async (): Promise<unknown> =>
    (await remoteResult(product.emulator, "Shared")).files;
  await using first = new ShellSession();
  await using second = new ShellSession();
  await first.run(`exec 9>'${byName}/files/x'; echo one >&9`);
  await second.run(`exec 9>>'${byId}/files/x'; echo two >&9`);
  expect(await first.run("exec 9>&-")).toMatchObject({ code: 0, output: "" });
  expect(await remote()).toEqual({});
  expect(await second.run("exec 9>&-")).toMatchObject({ code: 0, output: "" });
  expect(await remote()).toEqual({ x: 8 });
});
