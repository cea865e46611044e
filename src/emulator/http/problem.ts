/**
 * A refusal of the API. `code` is undefined where the service sends none. A code that no document or recording
 * names is the emulator's choice; this file has all of them.
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

/** A refusal of the launcher, which has another form: code and `MessageFormatted`, no envelope. */
export class LaunchProblem extends Problem {
  override name = "LaunchProblem";
}

export function unauthorizedProblem(): Problem {
  return new Problem(401, "BASESPACE.COMMON.UNAUTHORIZED", "Unauthorized");
}

/** As {@link unauthorizedProblem}, for a request whose token is unknown or revoked. */
export function unrecognizedTokenProblem(): Problem {
  return new Problem(401, "BASESPACE.COMMON.UNAUTHORIZED", "Unrecognized access token");
}

/** Refuses both for a missing right and for an unknown Id: the service does not say which. */
export function noPermissionProblem(right: string, noun: string): Problem {
  return new Problem(
    403,
    "BASESPACE.COMMON.INSUFFICIENT_RESOURCE_PERMISSIONS",
    `Sorry but this requires ${right.toUpperCase()} access to this ${noun} resource.`,
  );
}

export function unknownPathProblem(): Problem {
  return new Problem(
    404,
    undefined,
    "This isn't a recognized path. Please refer to the API documentation at https://developer.basespace.illumina.com/docs for the available resources.",
  );
}

/** @param host the request's `Host` */
export function misdirectedProblem(host: string): Problem {
  return new Problem(
    421,
    "Misdirected",
    `This emulator does not serve the host ${JSON.stringify(host)}; it serves localhost, the address it listens on and the names that --host-name (hostNames) adds.`,
  );
}

export function removedProblem(): Problem {
  return new Problem(
    410,
    "BASESPACE.COMMON.RESOURCE_REMOVED",
    "This resource and its underlying data has been removed by its owner",
  );
}

export function badRequestProblem(message: string, code = "BASESPACE.COMMON.BAD_REQUEST"): Problem {
  return new Problem(400, code, message);
}

export function conflictProblem(message: string): Problem {
  return new Problem(409, "Conflict", message);
}

export function archivedProblem(): Problem {
  return new Problem(
    409,
    "BASESPACE.FILES.ARCHIVED",
    "This file is archived. Restore it before reading its content.",
  );
}

export function propertyNotFoundProblem(name: string): Problem {
  return new Problem(404, "BASESPACE.PROPERTIES.NOT_FOUND", `Property ${name} was not found`);
}

/** `code` is the part after `BASESPACE.PROPERTIES.`. */
export function propertyProblem(code: string, message: string, status = 400): Problem {
  return new Problem(status, `BASESPACE.PROPERTIES.${code}`, message);
}

export function fileTooLargeProblem(limitBytes: number): Problem {
  return new Problem(
    413,
    "BASESPACE.FILES.TOO_LARGE",
    `A single upload may have at most ${limitBytes} bytes; upload bigger files in parts.`,
  );
}

/** For a file of which `what`, coverage or variants, cannot be read. */
export function notIndexedProblem(fileId: string, what: "coverage" | "variants"): Problem {
  return new Problem(404, "BASESPACE.COMMON.NOT_FOUND", `File ${fileId} has no ${what}`);
}

/** For a chromosome that a file does not have. */
export function unknownChromosomeProblem(fileId: string, chrom: string): Problem {
  const name = JSON.stringify(chrom.slice(0, 100));
  return new Problem(404, "BASESPACE.COMMON.NOT_FOUND", `File ${fileId} has no chromosome ${name}`);
}

/** For a request that would read more of a file than the emulator does at a time. */
export function rangeTooLargeProblem(): Problem {
  return badRequestProblem(
    "This range has more data than the emulator reads for one request. Ask for a smaller range.",
    "BASESPACE.COMMON.RANGE_TOO_LARGE",
  );
}
