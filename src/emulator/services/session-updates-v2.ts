import type { ApiCall } from "../access/api-call.ts";
import { type Fields, textField } from "../http/body.ts";
import { conflictProblem } from "../http/problem.ts";
import type { AppSession } from "../state/entities.ts";
import { storedDate } from "../text/dates.ts";
import { isTerminal, putWithDatasets, withRequestedStatus, withStatus } from "./app-sessions.ts";
import type { Context } from "./context.ts";

/**
 * Changes a session. Name, QC status and delivery status can change at any time; the status only until the session
 * has ended, and only by its application.
 *
 * @throws Problem 400 for an unknown status, 403, 409 for a session that has ended
 */
export async function updateSession(
  { state, clock }: Context,
  { guard, grants, param }: ApiCall,
  fields: Fields,
): Promise<AppSession> {
  return await state.transact((transaction) => {
    const before = guard.needSession("write", param("id"));
    const updated = changesStatus(fields)
      ? withRequestedStatus(before, grants, {
          status: textField(fields, "ExecutionStatus") ?? "",
          summary: textField(fields, "StatusSummary"),
          nowMs: clock.now(),
        })
      : before;
    return putWithDatasets(transaction, state, {
      ...updated,
      name: textField(fields, "Name") ?? before.name,
      dateModified: storedDate(clock.now()),
      ...optionalKey("qcStatus", textField(fields, "QcStatus")),
      ...optionalKey("deliveryStatus", textField(fields, "DeliveryStatus")),
    });
  });
}

/** Aborts a running session of any application. @throws Problem 403 or 409 */
export async function stopSession(
  { state, clock }: Context,
  { guard, param }: ApiCall,
): Promise<AppSession> {
  return await state.transact((transaction) => {
    const session = guard.needSession("write", param("id"));
    if (isTerminal(session)) {
      throw conflictProblem(
        `AppSession ${session.id} is ${session.status}: there is nothing to stop`,
      );
    }
    const stopped = withStatus(session, "Aborted", "Stopped by its user", clock.now());
    return putWithDatasets(transaction, state, stopped);
  });
}

function changesStatus(fields: Fields): boolean {
  return ["ExecutionStatus", "StatusSummary"].some((name) => textField(fields, name) !== undefined);
}

function optionalKey(
  key: "qcStatus" | "deliveryStatus",
  text: string | undefined,
): Partial<AppSession> {
  return text === undefined ? {} : { [key]: text };
}
