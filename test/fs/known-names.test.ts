import { expect, it } from "vitest";
import { BaseSpace } from "../../src/api/client.ts";
import { createFileSystem } from "../../src/fs/create-file-system.ts";
import { createReaders } from "../../src/read/create-readers.ts";
import { walkerOf } from "../helpers/demo-file-system.ts";
import { hostileServer } from "../helpers/hostile-server.ts";
import { startTestEmulator } from "../helpers/start-test-emulator.ts";
import { apiCatalog, cachedCatalog, pathTree } from "../helpers/catalogs.ts";

/** What an object of JavaScript has without being given it. */
const KNOWN = ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString", "valueOf"];

/** Fields that would be the prototype of whatever took them over without care. */
const POISON =
  '{"__proto__":{"Id":"1","isArchived":true,"IsArchived":true},"constructor":{"prototype":{"x":1}},';

it("[F5] names and fields that JavaScript knows are names and fields like any others", async () => {
  const files = KNOWN.map((name) => ({ path: `${name}/${name}`, content: `of ${name}` }));
  await using emulator = await startTestEmulator({
    projects: KNOWN.map((name) => ({ name, appResults: [{ name, files }] })),
  });
  await using api = await hostileServer(() => emulator.apiServer);
  api.twist = ({ status, headers, body }, response) => {
    const text = body.toString().replaceAll("{", POISON).replaceAll(",}", "}");
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(text) }).end(text);
  };
  const { accessToken } = emulator;
  await using client = new BaseSpace({ apiServer: api.origin, accessToken, environment: {} });
  await using readers = createReaders({ source: client.content, memoryBytes: 8 * 2 ** 20 });
  const catalog = cachedCatalog(apiCatalog(client));
  const owner = { uid: 0, gid: 0, umask: 0o022 };
  const walker = walkerOf(createFileSystem({ tree: pathTree({ catalog }), readers, owner }));
  expect((await walker.names("/projects")).toSorted()).toEqual(KNOWN.toSorted());
  for (const name of KNOWN) {
    const folder = `/projects/${name}/appresults/${name}/files`;
    expect((await walker.names(folder)).toSorted()).toEqual(KNOWN.toSorted());
    expect(await walker.readFile(`${folder}/${name}/${name}`)).toBe(`of ${name}`);
  }
  expect(({} as Record<string, unknown>)["isArchived"]).toBeUndefined();
  expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
});
