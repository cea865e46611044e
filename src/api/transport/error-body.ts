import { model } from "../models/parse.ts";

/** What an error body says, whichever of its forms it has. */
export interface ErrorBody {
  readonly errorCode?: string;
  readonly message?: string;
  readonly requestId?: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Finds the error in the JSON of an answer, undefined when there is none. Four forms are in use:
 *
 * - v1: `{"ResponseStatus":{"ErrorCode","Message"},"Notifications":[…]}`, the code may be missing
 * - v2: `{"ErrorCode","ErrorMessage","RequestId"}`
 * - launch of an app: `{"ErrorCode","MessageFormatted"}`
 * - OAuth: `{"error","error_description"}`
 *
 * Judged without the HTTP status, because older servers answer 200 with an error in the body.
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
  return isError ? model<ErrorBody>({ errorCode, message, requestId: undefined }) : undefined;
}

function fromTopLevel(json: Fields): ErrorBody | undefined {
  const errorCode = text(json["ErrorCode"]);
  const message = text(json["ErrorMessage"]) ?? text(json["MessageFormatted"]);
  if (errorCode === undefined && message === undefined) return undefined;
  return model<ErrorBody>({ errorCode, message, requestId: text(json["RequestId"]) });
}

function fromOAuth(json: Fields): ErrorBody | undefined {
  const errorCode = text(json["error"]);
  if (errorCode === undefined) return undefined;
  const message = text(json["error_description"]);
  return model<ErrorBody>({ errorCode, message, requestId: undefined });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
