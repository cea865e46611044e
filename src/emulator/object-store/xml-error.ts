import { randomBytes } from "node:crypto";
import type { FastifyReply } from "fastify";

/** The object store's refusals, with the codes and messages of its XML. */
const ERRORS = {
  badAuth: {
    status: 400,
    code: "InvalidArgument",
    message:
      "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified",
  },
  misdirected: {
    status: 421,
    code: "Misdirected",
    message:
      "This emulator does not serve the Host of this request; it serves localhost, the address it listens on and the names that --host-name (hostNames) adds.",
  },
  badExpires: {
    status: 403,
    code: "AccessDenied",
    message: "Invalid date (should be seconds since epoch)",
  },
  expired: { status: 403, code: "AccessDenied", message: "Request has expired" },
  unsigned: { status: 403, code: "AccessDenied", message: "Access Denied" },
  forged: {
    status: 403,
    code: "SignatureDoesNotMatch",
    message: "The request signature we calculated does not match the signature you provided.",
  },
  noSuchUpload: {
    status: 404,
    code: "NoSuchUpload",
    message: "The specified multipart upload does not exist.",
  },
  tooLarge: {
    status: 400,
    code: "EntityTooLarge",
    message: "Your proposed upload exceeds the maximum allowed size",
  },
  badDigest: {
    status: 400,
    code: "BadDigest",
    message: "The Content-MD5 you specified did not match what we received.",
  },
  noSuchKey: { status: 404, code: "NoSuchKey", message: "The specified key does not exist." },
  badMethod: {
    status: 405,
    code: "MethodNotAllowed",
    message: "The specified method is not allowed against this resource.",
  },
  precondition: {
    status: 412,
    code: "PreconditionFailed",
    message: "At least one of the pre-conditions you specified did not hold",
  },
  badRange: {
    status: 416,
    code: "InvalidRange",
    message: "The requested range is not satisfiable",
  },
  unavailable: { status: 503, code: "SlowDown", message: "Please reduce your request rate." },
  internal: { status: 500, code: "InternalError", message: "We encountered an internal error." },
} as const;

export type StoreErrorName = keyof typeof ERRORS;

/** Sends the object store's error document; `status` replaces the error's default status. */
export function sendStoreError(
  reply: FastifyReply,
  error: StoreErrorName,
  status: number = ERRORS[error].status,
): FastifyReply {
  const requestId = randomBytes(8).toString("hex").toUpperCase();
  const { code, message } = ERRORS[error];
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message><RequestId>${requestId}</RequestId></Error>`;
  return reply
    .status(status)
    .header("server", "AmazonS3")
    .header("x-amz-request-id", requestId)
    .header("content-type", "application/xml")
    .send(xml);
}
