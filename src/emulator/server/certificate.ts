import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unlessMissing } from "../../core/unless-missing.ts";

/** What a TLS server presents, in PEM. */
export interface TlsKeys {
  readonly cert: string;
  readonly key: string;
}

/** The certificate of the object store, which is its own authority. */
export interface Certificate extends TlsKeys, AsyncDisposable {
  /** The PEM file that clients have to trust. */
  readonly path: string;
}

const VALID_DAYS = 365;
const DAY_MS = 86_400_000;

/** Every certificate is valid for these. */
const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/**
 * Opens the certificate in the data folder, so that clients that trust it continue to do so after a restart. A new one is
 * made if there is none, it is valid for less than a day, or lacks one of the `hosts`. Without a data folder the file is
 * in a temporary folder, which is removed when the certificate is disposed, and the key is only in memory.
 */
export async function openCertificate(
  dataDir: string | undefined,
  hosts: readonly string[],
): Promise<Certificate> {
  const names = [...new Set([...LOOPBACK, ...hosts.filter((host) => host !== "")])];
  return dataDir === undefined
    ? await temporaryCertificate(names)
    : await storedCertificate(dataDir, names);
}

async function temporaryCertificate(names: readonly string[]): Promise<Certificate> {
  const keys = await makeKeys(names);
  const folder = await mkdtemp(join(tmpdir(), "bsmount-emulator-"));
  const dispose = async (): Promise<void> => await rm(folder, { recursive: true, force: true });
  const path = join(folder, "certificate.pem");
  try {
    await writeFile(path, keys.cert, { mode: 0o600, flag: "wx" });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { ...keys, path, [Symbol.asyncDispose]: dispose };
}

/** The data folder is locked and only its owner can write to it, so no other process changes these files. */
async function storedCertificate(dataDir: string, names: readonly string[]): Promise<Certificate> {
  const path = join(dataDir, "tls-certificate.pem");
  const keyPath = join(dataDir, "tls-key.pem");
  const [cert, key] = await Promise.all(
    [path, keyPath].map(async (file) => await unlessMissing(() => readFile(file, "utf8"))),
  );
  const stored = cert === undefined || key === undefined ? undefined : { cert, key };
  const keys = stored !== undefined && isUsable(stored, names) ? stored : await makeKeys(names);
  if (keys !== stored) {
    await replaceFile(keyPath, keys.key);
    await replaceFile(path, keys.cert);
  }
  return { ...keys, path, [Symbol.asyncDispose]: async () => {} };
}

/** Also refuses a pair of which only one was replaced when the process was killed. */
function isUsable({ cert, key }: TlsKeys, names: readonly string[]): boolean {
  try {
    const certificate = new X509Certificate(cert);
    return (
      certificate.checkPrivateKey(createPrivateKey(key)) &&
      Date.parse(certificate.validTo) - Date.now() > DAY_MS &&
      names.every((name) =>
        isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name),
      )
    );
  } catch {
    return false;
  }
}

async function replaceFile(path: string, content: string): Promise<void> {
  const incoming = `${path}.new`;
  await rm(incoming, { force: true });
  await writeFile(incoming, content, { mode: 0o600, flag: "wx" });
  await rename(incoming, path);
}

/** Imported only here, because it takes a quarter of a second. */
async function makeKeys(names: readonly string[]): Promise<TlsKeys> {
  const { generate } = await import("selfsigned");
  const now = Date.now();
  const made = await generate([{ name: "commonName", value: "bsmount emulator" }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    // Clocks of containers and virtual machines differ a little.
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", digitalSignature: true, keyCertSign: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: names.map(altName) },
    ],
  });
  return { cert: made.cert, key: made.private };
}

function altName(name: string): { type: 2; value: string } | { type: 7; ip: string } {
  return isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name };
}
