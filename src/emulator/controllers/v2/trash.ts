import type { FastifyInstance } from "fastify";
import type { Context } from "../../services/context.ts";
import { sendBare } from "../../http/response.ts";
import { type ApiCall, apiCall } from "../../access/api-call.ts";
import { byText, type ListRules, pagedList, pageOf } from "../../http/paging.ts";
import { noPermission } from "../../http/problem.ts";
import { trashItem } from "../../serialise/v2/trash-item.ts";
import { emptyTrash, restore } from "../../services/trash.ts";
import type { TrashItem } from "../../state/v2-entities.ts";
import type { State } from "../../state/state.ts";

const RULES: ListRules<TrashItem> = {
  sorts: {
    DateDeleted: byText((item) => item.dateDeleted),
    TotalSize: (a, b) => a.sizeBytes - b.sizeBytes,
  },
  defaultSort: "DateDeleted",
};

/** What the user has deleted: seen, restored, ended for good. */
export function trashRoutes(app: FastifyInstance, context: Context): void {
  const { state, view } = context;

  app.get("/trash", (request, reply) => {
    const { grants, query } = apiCall(state, request);
    const own = [...state.all("trash")].filter(({ userId }) => userId === grants.userId);
    return sendBare(
      reply,
      pagedList(pageOf(own, query, RULES), (item) => trashItem(view, item)),
    );
  });

  app.get("/trash/:id", (request, reply) =>
    sendBare(reply, trashItem(view, needItem(state, apiCall(state, request)))),
  );

  app.post("/trash/:id/restorefromtrash", async (request, reply) => {
    const call = apiCall(state, request);
    if (!call.grants.holds("movetotrash global")) throw noPermission("write", "Trash");
    const item = needItem(state, call);
    await restore(context, item);
    return sendBare(reply, trashItem(view, item));
  });

  app.delete("/trash", async (request, reply) => {
    await emptyTrash(context, apiCall(state, request).grants);
    return sendBare(reply, undefined, 204);
  });
}

function needItem(state: State, { grants, param }: ApiCall): TrashItem {
  const item = state.get("trash", param("id"));
  if (item?.userId !== grants.userId) throw noPermission("browse", "Trash");
  return item;
}
