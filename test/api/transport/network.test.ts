import { createServer as createHttpServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect as connectSocket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BaseSpace, type BaseSpaceOptions } from "../../../src/api/client.ts";
import { type Certificate, makeCertificate } from "../../helpers/certificate.ts";
import { type TempDir, tempDir } from "../../helpers/temp-dir.ts";

/*
 * Certificates and proxies, as the environment names them: a TLS server for `api.bsmount.test`, a name
 * that only the proxy can reach.
 */

const USER = { Id: "1", Href: "v1pre3/users/1", Name: "Behind the proxy" };

let dir: TempDir;
let certificate: Certificate;
let api: ReturnType<typeof createTlsServer>;
let proxy: ReturnType<typeof createHttpServer>;
const tunnels: string[] = [];

beforeAll(async () => {
  dir = await tempDir();
  certificate = await makeCertificate(dir, "api.bsmount.test");
  api = createTlsServer(certificate, (_request, response) => {
    response.end(JSON.stringify({ Response: USER, ResponseStatus: {}, Notifications: [] }));
  });
  await new Promise<void>((resolve) => api.listen(0, "localhost", resolve));
  proxy = createHttpServer();
  proxy.on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    const target = connectSocket(portOf(api), "localhost", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.pipe(socket).pipe(target);
    });
    for (const end of [socket, target]) end.on("error", () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  for (const server of [api, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  await dir[Symbol.asyncDispose]();
});

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port;
}

function connect(environment: Record<string, string>, apiServer: string): BaseSpace {
  const options: BaseSpaceOptions = {
    apiServer,
    accessToken: "feedface",
    environment,
    retry: { attempts: 1 },
    fetcher: "main",
  };
  return new BaseSpace(options);
}

describe("TLS", () => {
  test("trusts the authorities of SSL_CERT_FILE", async () => {
    const environment = { SSL_CERT_FILE: certificate.file };
    await using client = connect(environment, `https://localhost:${portOf(api)}`);
    expect((await client.users.current()).name).toBe(USER.Name);
  });

  test("trusts nobody else, and says what to do", async () => {
    await using client = connect({}, `https://localhost:${portOf(api)}`);
    await expect(client.users.current()).rejects.toMatchObject({
      reason: "unavailable",
      message: expect.stringContaining("certificate"),
      remedy: expect.stringContaining("NODE_EXTRA_CA_CERTS"),
    });
  });

  test("says when the file of authorities cannot be used", () => {
    expect(() => connect({ SSL_CERT_FILE: dir.join("missing") }, "https://localhost")).toThrow(
      expect.objectContaining({
        reason: "environment",
        message: expect.stringContaining("missing"),
      }),
    );
  });
});

describe("a proxy", () => {
  test.each(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY"])("named by %s is used", async (name) => {
    const environment = {
      SSL_CERT_FILE: certificate.file,
      [name]: `http://127.0.0.1:${portOf(proxy)}`,
    };
    tunnels.length = 0;
    await using client = connect(environment, "https://api.bsmount.test");
    expect((await client.users.current()).name).toBe(USER.Name);
    expect(tunnels).toEqual(["api.bsmount.test:443"]);
  });

  test.each(["127.0.0.2", "localhost", "[::1]"])(
    "is not asked for %s, which is this machine",
    async (host) => {
      const environment = { HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}` };
      tunnels.length = 0;
      await using client = connect(environment, `http://${host}:1`);
      await expect(client.users.current()).rejects.toMatchObject({ status: 0 });
      expect(tunnels).toEqual([]);
    },
  );

  test("leaves connections to this machine as they are", async () => {
    const here = createHttpServer((request, response) => {
      const Response = { ...USER, Name: `${request.headers.host}` };
      response.end(JSON.stringify({ Response, ResponseStatus: {}, Notifications: [] }));
    });
    await new Promise<void>((resolve) => here.listen(0, "127.0.0.2", resolve));
    const environment = { HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}` };
    const client = connect(environment, `http://127.0.0.2:${portOf(here)}`);
    try {
      expect((await client.users.current()).name).toBe(`127.0.0.2:${portOf(here)}`);
      await client.close();
      await expect(client.users.current()).rejects.toMatchObject({ reason: "aborted" });
    } finally {
      here.closeAllConnections();
      here.close();
    }
  });

  test.each(["socks5://me:hunter2@proxy:1080", "proxy:3128"])(
    "like %s is refused",
    (HTTPS_PROXY) => {
      expect(() => connect({ HTTPS_PROXY }, "https://api.bsmount.test")).toThrow(
        expect.objectContaining({
          reason: "environment",
          message: expect.not.stringContaining("hunter2"),
        }),
      );
    },
  );

  test("is not used for this machine, nor for names in NO_PROXY", async () => {
    const environment = {
      SSL_CERT_FILE: certificate.file,
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NO_PROXY: ".bsmount.test",
    };
    tunnels.length = 0;
    await using local = connect(environment, `https://localhost:${portOf(api)}`);
    await local.users.current();
    await using named = connect(environment, "https://api.bsmount.test");
    await expect(named.users.current()).rejects.toMatchObject({ reason: "unavailable" });
    expect(tunnels).toEqual([]);
  });
});
