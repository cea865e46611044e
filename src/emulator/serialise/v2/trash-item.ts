import type { TrashItem } from "../../state/v2-entities.ts";
import { type Json, type View, withExtra } from "../view.ts";
import { appSessionV2 } from "./app-session.ts";
import { v2Href } from "./href.ts";
import { userV2 } from "./user.ts";

/** No document shows the form of a trash item; this one is the emulator's choice. */
export function trashItem(view: View, item: TrashItem): Json {
  const href = v2Href(view, "trash", item.id);
  return withExtra(item, {
    Id: item.id,
    Href: href,
    Type: "appsession",
    Name: item.name,
    UserDeletedBy: userV2(view, item.userId),
    DateDeleted: item.dateDeleted,
    TotalSize: item.sizeBytes,
    HrefRestore: `${href}/restorefromtrash`,
    AppSession: appSessionV2(view, view.state.need("appsessions", item.sessionId)),
  });
}
