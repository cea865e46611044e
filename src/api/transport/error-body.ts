import { withoutUndefined } from "../models/parse.ts";

/** The content of an error body, in whichever form it came. */
export interface ErrorBody {
  readonly errorCode?: string;
  readonly message?: string;
  readonly requestId?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Finds the error in the JSON of a response; undefined when there is none. Four forms are in use:
 *
 * - v1: `{"ResponseStatus":{"ErrorCode","Message"},"Notifications":[…]}`, where the code may be missing
 * - v2: `{"ErrorCode","ErrorMessage","RequestId"}`
 * - launch of an app: `{"ErrorCode","MessageFormatted"}`
 * - OAuth: `{"error","error_description"}`
 *
 * The HTTP status does not count, as older servers send errors with status 200.
 */
export function findError(json: unknown): ErrorBody | undefined {
  if (!isFields(json)) return undefined;
  return fromResponseStatus(json) ?? fromTopLevel(json) ?? fromOAuth(json);
}

function fromResponseStatus(json: Fields): ErrorBody | undefined {
  const status = json["ResponseStatus"];
  if (!isFields(status)) return undefined;
  const errorCode = text(status["ErrorCode"]);
  const message = text(status["Message"]);
  const isError = errorCode !== undefined || (message !== undefined && !isFields(json["Response"]));
  return isError
    ? withoutUndefined<ErrorBody>({ errorCode, message, requestId: undefined })
    : undefined;
}

function fromTopLevel(json: Fields): ErrorBody | undefined {
  const errorCode = text(json["ErrorCode"]);
  const message = text(json["ErrorMessage"]) ?? text(json["MessageFormatted"]);
  if (errorCode === undefined && message === undefined) return undefined;
  return withoutUndefined<ErrorBody>({ errorCode, message, requestId: text(json["RequestId"]) });
}

function fromOAuth(json: Fields): ErrorBody | undefined {
  const errorCode = text(json["error"]);
  if (errorCode === undefined) return undefined;
  const message = text(json["error_description"]);
  return withoutUndefined<ErrorBody>({ errorCode, message, requestId: undefined });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
