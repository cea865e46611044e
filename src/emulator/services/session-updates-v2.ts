import type { Context } from "./context.ts";
import { storedDate } from "../text/dates.ts";
import type { ApiCall } from "../access/api-call.ts";
import { type Fields, textField } from "../http/body.ts";
import { conflict } from "../http/problem.ts";
import type { AppSession } from "../state/entities.ts";
import { changedStatus, isTerminal, putMoved, withStatus } from "./app-sessions.ts";

/**
 * Name, QC and delivery may change at any time; the status, by the session's own application, until it
 * has ended.
 *
 * @throws Problem 400 for no status, 403, 409 for one that is final
 */
export async function updateSession(
  { state, clock }: Context,
  { guard, grants, param }: ApiCall,
  fields: Fields,
): Promise<AppSession> {
  return await state.transact((draft) => {
    const before = guard.needSession("write", param("id"));
    const moved = movesStatus(fields)
      ? changedStatus(before, grants, {
          status: textField(fields, "ExecutionStatus") ?? "",
          summary: textField(fields, "StatusSummary"),
          nowMs: clock.now(),
        })
      : before;
    return putMoved(draft, state, {
      ...moved,
      name: textField(fields, "Name") ?? before.name,
      dateModified: storedDate(clock.now()),
      ...given("qcStatus", textField(fields, "QcStatus")),
      ...given("deliveryStatus", textField(fields, "DeliveryStatus")),
    });
  });
}

/** Ends a running session as aborted, whoever's application it is of. @throws Problem 403 or 409 */
export async function stopSession(
  { state, clock }: Context,
  { guard, param }: ApiCall,
): Promise<AppSession> {
  return await state.transact((draft) => {
    const session = guard.needSession("write", param("id"));
    if (isTerminal(session)) {
      throw conflict(`AppSession ${session.id} is ${session.status}: there is nothing to stop`);
    }
    const stopped = withStatus(session, "Aborted", "Stopped by its user", clock.now());
    return putMoved(draft, state, stopped);
  });
}

function movesStatus(fields: Fields): boolean {
  return ["ExecutionStatus", "StatusSummary"].some((name) => textField(fields, name) !== undefined);
}

function given(key: "qcStatus" | "deliveryStatus", text: string | undefined): Partial<AppSession> {
  return text === undefined ? {} : { [key]: text };
}
