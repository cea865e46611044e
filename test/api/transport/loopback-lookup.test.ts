import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { BaseSpace } from "../../../src/api/client.ts";
import { lookup } from "../../../src/api/transport/loopback-lookup.ts";

const all = async (hostname: string, family = 0): Promise<unknown> =>
  await new Promise((resolve, reject) => {
    lookup(hostname, { all: true, family }, (error, addresses) => {
      if (error === null) resolve(addresses);
      else reject(error);
    });
  });

test.each([
  ["localhost", 0, ["127.0.0.1", "::1"]],
  ["LOCALHOST", 0, ["127.0.0.1", "::1"]],
  ["localhost", 4, ["127.0.0.1"]],
  ["localhost", 6, ["::1"]],
])("%s is this machine, asked for family %i", async (hostname, family, expected) => {
  expect(await all(hostname, family)).toMatchObject(expected.map((address) => ({ address })));
});

test("one address is the first", async () => {
  const one = await new Promise((resolve) => {
    lookup("localhost", {}, (_error, address, family) => resolve([address, family]));
  });
  expect(one).toEqual(["127.0.0.1", 4]);
});

test("another name is looked up, and none is found where there is none", async () => {
  await expect(all("no-such-host.invalid")).rejects.toMatchObject({ syscall: "getaddrinfo" });
});

test.each(["127.0.0.1", "::1"])("a client of localhost reaches a server on %s", async (host) => {
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ Response: { Id: "1", Href: "u", Name: "here" } }));
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const apiServer = `http://localhost:${(server.address() as AddressInfo).port}`;
  await using client = new BaseSpace({ apiServer, accessToken: "feedface", environment: {} });
  try {
    expect((await client.users.current()).name).toBe("here");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
