import { DecodeError } from "../transport/errors.ts";
import type { JsonResponse } from "../transport/evaluate-response.ts";
import { WireError } from "./parse.ts";

/** Runs `decode` on a response, whose request the error then names. @throws DecodeError */
export function decodeResponse<Model>(response: JsonResponse, decode: () => Model): Model {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    const facts = { ...response.request, status: response.status };
    const error = new DecodeError("unavailable", facts, `unexpected response: ${cause.message}`, {
      cause,
    });
    error.mayHaveSucceeded = response.request.method !== "GET";
    throw error;
  }
}
