import type { BaseSpace } from "../../api/client.ts";
import { isEntityId } from "../../api/launch/entity-finder.ts";
import { BsmountError, reasonOf } from "../../core/errors.ts";
import type { Session } from "../../session/session.ts";
import { shownEntity } from "../shown-entity.ts";

/** The state of a session or a run. */
export interface State {
  readonly name: string;
  readonly status: string;
  readonly summary: string;
}

/** A session or a run to wait for. */
export interface Target {
  readonly type: "session" | "run";
  readonly id: string;
  read(signal: AbortSignal): Promise<State>;
}

interface TargetOptions {
  readonly session: Session;
  readonly signal: AbortSignal;
}

/**
 * What `text` names: the Id of a session or else of a run, or the path of a run or of an app result, whose session it
 * is.
 * @throws BsmountError `not-found`; `usage` for anything else
 */
export async function findTarget(text: string, options: TargetOptions): Promise<Target> {
  const { session, signal } = options;
  if (isEntityId(text)) return await targetOfId(session.client, text, signal);
  const entity = text.includes("/") ? await shownEntity(text, options) : undefined;
  if (entity?.type === "run") return runTarget(session.client, entity.id);
  if (entity?.type === "appresult") {
    const { appSession } = await session.client.appResults.get(entity.id, { signal });
    if (appSession !== undefined) return sessionTarget(session.client, appSession.id);
    throw new BsmountError("not-found", `BaseSpace does not say which session made ${text}`);
  }
  throw new BsmountError("usage", `${JSON.stringify(text)} is no session and no run`, {
    remedy: "give an Id, bs:/runs/…, or the path of an app result, whose session it then is",
  });
}

/** The service does not distinguish an unknown Id from one that may not be seen. */
async function targetOfId(client: BaseSpace, id: string, signal: AbortSignal): Promise<Target> {
  for (const target of [sessionTarget(client, id), runTarget(client, id)]) {
    try {
      await target.read(signal);
      return target;
    } catch (error) {
      if (!["access-denied", "not-found"].includes(reasonOf(error))) throw error;
    }
  }
  const problem = `there is no session and no run ${id} that this token may see`;
  throw new BsmountError("not-found", problem);
}

function sessionTarget(client: BaseSpace, id: string): Target {
  return {
    type: "session",
    id,
    read: async (signal) => {
      const {
        name,
        status = "",
        statusSummary = "",
      } = await client.appSessions.get(id, { signal });
      return { name, status, summary: statusSummary };
    },
  };
}

function runTarget(client: BaseSpace, id: string): Target {
  return {
    type: "run",
    id,
    read: async (signal) => {
      const { name, status = "" } = await client.runs.get(id, { signal });
      return { name, status, summary: "" };
    },
  };
}
