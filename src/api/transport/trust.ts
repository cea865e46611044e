import { readFileSync } from "node:fs";
import { type SecureContext, createSecureContext, rootCertificates } from "node:tls";
import { BsmountError } from "../../core/errors.ts";

/** Environment variables, as `process.env`. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/**
 * The certificate authorities to trust, or undefined for Node's default. Node honours
 * `NODE_EXTRA_CA_CERTS` itself but knows nothing of `SSL_CERT_FILE`; as soon as authorities are named
 * by hand it forgets both, so all of them are put together here.
 *
 * @throws BsmountError `environment` when a named file cannot be read or is no certificate
 */
export function trustedAuthorities(variables: EnvironmentVariables): SecureContext | undefined {
  const file = variables["SSL_CERT_FILE"];
  if (file === undefined || file === "") return undefined;
  const extra = variables["NODE_EXTRA_CA_CERTS"];
  const files = extra === undefined || extra === "" ? [file] : [file, extra];
  try {
    return createSecureContext({
      ca: [...rootCertificates, ...files.map((path) => readFileSync(path, "utf8"))],
    });
  } catch (cause) {
    const problem = `cannot use the certificates of SSL_CERT_FILE (${files.join(", ")})`;
    throw new BsmountError("environment", problem, {
      cause,
      remedy: "name a readable PEM file, or unset SSL_CERT_FILE",
    });
  }
}
