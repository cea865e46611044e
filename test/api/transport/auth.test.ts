import { describe, expect, it } from "vitest";
import { type AccessToken, BaseSpace } from "../../../src/index.ts";
import { envelope, type ScriptedApi, scriptedApi } from "../../helpers/scripted-api.ts";

const USER = { Id: "7", Href: "v1pre3/users/7", Name: "Ada" };
const REFUSAL = {
  status: 401,
  body: { ResponseStatus: { Message: "Unauthorized" }, Notifications: [] },
};

/** A service that knows one token. */
async function serviceKnowing(token: string): Promise<ScriptedApi> {
  return await scriptedApi(({ headers }) =>
    headers.authorization === `Bearer ${token}` ? envelope(USER) : REFUSAL,
  );
}

function connect(api: ScriptedApi, accessToken: AccessToken): BaseSpace {
  return new BaseSpace({ apiServer: api.origin, accessToken, environment: {} });
}

describe("a token that the service refuses", () => {
  it("is replaced by the one that is known then, and the request sent again", async () => {
    await using api = await serviceKnowing("new");
    const asked: unknown[] = [];
    await using client = connect(api, async (rejected) => {
      asked.push(rejected);
      return rejected === undefined ? "old" : "new";
    });
    expect((await client.users.current()).name).toBe("Ada");
    expect(asked).toEqual([undefined, "old"]);
    expect(api.received).toHaveLength(2);
  });

  it("is final when no other one is known, or when that is refused too", async () => {
    await using api = await serviceKnowing("none");
    for (const [next, requests] of [
      ["old", 1],
      ["other", 2],
    ] as const) {
      api.received.length = 0;
      await using client = connect(api, (rejected) => (rejected === undefined ? "old" : next));
      await expect(client.users.current()).rejects.toMatchObject({ reason: "not-signed-in" });
      expect(api.received).toHaveLength(requests);
    }
  });
});
