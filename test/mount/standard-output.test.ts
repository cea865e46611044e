import { expect, it } from "vitest";
import { startProduct } from "../helpers/product.ts";
import {
  DEAD_ENDS,
  expectDoneAllTheSame,
  expectFailedOutput,
  withoutOutput,
} from "../helpers/without-output.ts";

/* Of `../command/standard-output.test.ts` what mounts something. */

it.each(DEAD_ENDS)(
  "a mount is made, and fails, by a command whose standard output is %s",
  async (how) => {
    await using product = await startProduct({ mountArgs: null });
    const { mountPoint, environment } = product;
    const env = { ...process.env, ...environment };
    expectDoneAllTheSame(await withoutOutput(["mount", mountPoint], how, env), how);
    expect(await product.bsmount(["unmount", mountPoint])).toMatchObject({ code: 0, stderr: "" });
    expectFailedOutput(await withoutOutput(["demo", "--once"], how, env), how);
  },
);
