import type { Session } from "../session/session.ts";

/** The part of a session that a mount uses. Disposing ends everything that the session started. */
export type MountableSession = AsyncDisposable &
  Pick<
    Session,
    | "commitUploads"
    | "completion"
    | "describe"
    | "discardTemporaryNames"
    | "fileSystem"
    | "finishUploads"
    | "hurry"
    | "metrics"
    | "refresh"
    | "setStatus"
    | "stillOpen"
    | "unfinishedIn"
    | "keepTemporaryNames"
    | "uploads"
    | "unfinishedUploads"
    | "unfinishedFiles"
  >;
