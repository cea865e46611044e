/**
 * A refusal in the form of v1pre3. `code` is left out of the body where the service leaves it out;
 * codes that no document or recording names are the emulator's choice and stand in this file.
 */
export class Problem extends Error {
  override name = "Problem";
  readonly status: number;
  readonly code: string | undefined;

  constructor(status: number, code: string | undefined, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A refusal of the launcher, which has a form of its own: code and `MessageFormatted`, no envelope. */
export class LaunchProblem extends Problem {
  override name = "LaunchProblem";
}

export function unauthorized(): Problem {
  return new Problem(401, "BASESPACE.COMMON.UNAUTHORIZED", "Unauthorized");
}

/** As {@link unauthorized}, for a request that has a token: one that is unknown, or has been revoked. */
export function unrecognizedToken(): Problem {
  return new Problem(401, "BASESPACE.COMMON.UNAUTHORIZED", "Unrecognized access token");
}

/** No right, or no such Id: the service does not say which. */
export function noPermission(right: string, noun: string): Problem {
  return new Problem(
    403,
    "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS",
    `Sorry but this requires ${right.toUpperCase()} access to this ${noun} resource.`,
  );
}

export function unknownPath(): Problem {
  return new Problem(
    404,
    undefined,
    "This isn't a recognized path. Please refer to the API documentation at https://developer.basespace.illumina.com/docs for the available resources.",
  );
}

/** @param host as the request's `Host` has it */
export function misdirected(host: string): Problem {
  return new Problem(
    421,
    "Misdirected",
    `This emulator does not answer to ${JSON.stringify(host)}, but to localhost, to the address it listens on and to what --host-name (hostNames) adds.`,
  );
}

export function removed(): Problem {
  return new Problem(
    410,
    "BASESPACE.COMMON.RESOURCE_REMOVED",
    "This resource and its underlying data has been removed by its owner",
  );
}

export function badRequest(message: string, code = "BASESPACE.COMMON.BAD_REQUEST"): Problem {
  return new Problem(400, code, message);
}

export function conflict(message: string): Problem {
  return new Problem(409, "Conflict", message);
}

export function archived(): Problem {
  return new Problem(
    409,
    "BASESPACE.FILES.ARCHIVED",
    "This file is archived. Restore it before reading its content.",
  );
}

export function propertyNotFound(name: string): Problem {
  return new Problem(404, "BASESPACE.PROPERTIES.NOT_FOUND", `Property ${name} was not found`);
}

/** `code` is the part behind `BASESPACE.PROPERTIES.`. */
export function propertyProblem(code: string, message: string, status = 400): Problem {
  return new Problem(status, `BASESPACE.PROPERTIES.${code}`, message);
}

export function tooLarge(limitBytes: number): Problem {
  return new Problem(
    413,
    "BASESPACE.FILES.TOO_LARGE",
    `A single upload may have at most ${limitBytes} bytes; upload bigger files in parts.`,
  );
}
