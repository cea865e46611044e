import { X509Certificate } from "node:crypto";
import { access, readFile, stat, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readyLine } from "../../src/emulator/ready-line.ts";
import { startEmulator } from "../../src/emulator/start-emulator.ts";
import { type CommandOutcome, runCommand } from "../helpers/run-command.ts";
import { startTestEmulator, type TestEmulator } from "../helpers/start-test-emulator.ts";
import { tempDir } from "../helpers/temp-dir.ts";

const CATALOG = {
  projects: [
    { name: "p", samples: [{ name: "s", files: [{ id: "60", path: "a.txt", content: "reads" }] }] },
  ],
};

async function linkOf(emulator: TestEmulator): Promise<string> {
  const response = await emulator.get("files/60/content?redirect=meta");
  return ((await response.json()) as { Response: { HrefContent: string } }).Response.HrefContent;
}

async function curl(...args: readonly string[]): Promise<string> {
  return (await runCommand("curl", ["-sS", ...args])).stdout;
}

describe("an object store with TLS", () => {
  it("serves signed links to who trusts its certificate, and to nobody else", async () => {
    await using emulator = await startTestEmulator(CATALOG, { tls: true });
    const { caPath = "" } = emulator;
    expect(emulator.apiServer).toMatch(/^http:/);
    expect(emulator.objectServer).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    const link = await linkOf(emulator);
    expect(link.startsWith(`${emulator.objectServer}/`)).toBe(true);
    expect(await curl("--cacert", caPath, link)).toBe("reads");
    expect(await curl("--cacert", caPath, link.replace("127.0.0.1", "localhost"))).toBe("reads");
    const distrustful = await runCommand("curl", ["-sS", link]);
    expect(distrustful).toMatchObject({ code: 60, stdout: "" });
    const { apiServer } = emulator;
    const token = `x-access-token: ${emulator.accessToken}`;
    const content = `${apiServer}/v1pre3/files/60/content`;
    expect(await curl("-L", "--cacert", caPath, "-H", token, content)).toBe("reads");
    emulator.clearLeaks();
    expect(readyLine(emulator)).toMatchObject({ apiServer, caPath });
  });

  it("is one that our client reads from if its process trusts the certificate", async () => {
    await using emulator = await startTestEmulator(CATALOG, { tls: true });
    await using dir = await tempDir();
    // Node reads the variable only when a process starts.
    const program = dir.join("read.mts");
    const client = new URL("../../src/index.ts", import.meta.url).href;
    await writeFile(
      program,
      `import { BaseSpace } from ${JSON.stringify(client)};
      await using basespace = new BaseSpace(${JSON.stringify(readyLine(emulator))});
      console.log(Buffer.from(await basespace.transfers.download.read("60")).toString());`,
    );
    const read = async (env: Readonly<Record<string, string>>): Promise<CommandOutcome> =>
      await runCommand(process.execPath, ["--import", "tsx", program], { env });
    const trusting = await read({ NODE_EXTRA_CA_CERTS: emulator.caPath ?? "" });
    expect([trusting.stderr, trusting.stdout]).toEqual(["", "reads\n"]);
    expect((await read({})).stderr).toContain("the server's certificate is not trusted");
  });

  it("has its certificate in a temporary folder until it ends, without the key", async () => {
    const emulator = await startEmulator({ tls: true });
    const { caPath = "" } = emulator;
    expect((await stat(caPath)).mode & 0o777).toBe(0o600);
    expect(await readFile(caPath, "utf8")).not.toContain("PRIVATE KEY");
    await emulator.close();
    await expect(access(caPath)).rejects.toThrow("ENOENT");
  });

  it("keeps certificate and key in the data folder, where only the owner can read them", async () => {
    await using dir = await tempDir();
    const dataDir = dir.join("data");
    const start = async (hostNames: readonly string[] = []): Promise<string> => {
      await using emulator = await startEmulator({ tls: true, dataDir, hostNames });
      return await readFile(emulator.caPath ?? "", "utf8");
    };
    const first = await start();
    for (const name of ["tls-certificate.pem", "tls-key.pem"])
      expect((await stat(dir.join("data", name))).mode & 0o777).toBe(0o600);
    expect(await start()).toBe(first);
    const named = await start(["store.example"]);
    expect(new X509Certificate(named).checkHost("store.example")).toBe("store.example");
    expect(new X509Certificate(first).checkHost("store.example")).toBeUndefined();
    await writeFile(dir.join("data", "tls-certificate.pem"), first);
    expect(await start()).not.toBe(first);
    await writeFile(dir.join("data", "tls-key.pem"), "no key");
    expect(await start()).toMatch(/^-----BEGIN CERTIFICATE-----/);
  });

  it("is refused beside another object store, and absent by default", async () => {
    const objectStoreUrl = "http://store.example";
    await expect(startEmulator({ tls: true, objectStoreUrl })).rejects.toMatchObject({
      reason: "usage",
    });
    await using emulator = await startEmulator();
    expect(emulator.caPath).toBeUndefined();
    expect(readyLine(emulator)).not.toHaveProperty("caPath");
  });
});
