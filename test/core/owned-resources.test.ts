import { describe, expect, it } from "vitest";
import { OwnedResources } from "../../src/core/owned-resources.ts";

describe("OwnedResources", () => {
  it("closes the last first, and all though one fails", async () => {
    const closed: string[] = [];
    const owned = new OwnedResources();
    owned.use({ [Symbol.dispose]: () => void closed.push("first") });
    owned.use({
      [Symbol.asyncDispose]: async () => await Promise.reject(new Error("will not close")),
    });
    owned.use({ [Symbol.asyncDispose]: async () => void closed.push("last") });
    await expect(owned[Symbol.asyncDispose]()).rejects.toThrow("will not close");
    expect(closed).toEqual(["last", "first"]);
    await owned[Symbol.asyncDispose]();
    expect(closed).toHaveLength(2);
  });
});
