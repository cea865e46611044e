import type { FastifyInstance } from "fastify";
import { type ApiCall, apiCall } from "../../access/api-call.ts";
import { byText, type ListRules, pagedList, pageOf } from "../../http/paging.ts";
import { noPermissionProblem } from "../../http/problem.ts";
import { sendWithoutEnvelope } from "../../http/response.ts";
import { trashItem } from "../../serialise/v2/trash-item.ts";
import type { Context } from "../../services/context.ts";
import { emptyTrash, restoreFromTrash } from "../../services/trash.ts";
import type { State } from "../../state/state.ts";
import type { TrashItem } from "../../state/v2-entities.ts";

const RULES: ListRules<TrashItem> = {
  sorts: {
    DateDeleted: byText((item) => item.dateDeleted),
    TotalSize: (a, b) => a.sizeBytes - b.sizeBytes,
  },
  defaultSort: "DateDeleted",
};

/** The user's trash: list it, restore an item, empty it. */
export function trashRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/trash", (request, reply) => {
    const { grants, query } = apiCall(state, request);
    const items = [...state.all("trash")].filter(({ userId }) => userId === grants.userId);
    return sendWithoutEnvelope(
      reply,
      pagedList(pageOf(items, query, RULES), (item) => trashItem(view, item)),
    );
  });

  app.get("/trash/:id", (request, reply) =>
    sendWithoutEnvelope(reply, trashItem(view, needTrashItem(state, apiCall(state, request)))),
  );

  app.post("/trash/:id/restorefromtrash", async (request, reply) => {
    const call = apiCall(state, request);
    if (!call.grants.hasClause("movetotrash global")) throw noPermissionProblem("write", "Trash");
    const item = needTrashItem(state, call);
    await restoreFromTrash(context, item);
    return sendWithoutEnvelope(reply, trashItem(view, item));
  });

  app.delete("/trash", async (request, reply) => {
    await emptyTrash(context, apiCall(state, request).grants);
    return sendWithoutEnvelope(reply, undefined, 204);
  });
}

function needTrashItem(state: State, { grants, param }: ApiCall): TrashItem {
  const item = state.get("trash", param("id"));
  if (item?.userId !== grants.userId) throw noPermissionProblem("browse", "Trash");
  return item;
}
