import type { BaseSpaceFile } from "../../state/entities.ts";
import { fileListItem } from "../file.ts";
import type { Json, View } from "../view.ts";
import { v2Href } from "./href.ts";

/** The Hrefs are below `/v2/files`, as recorded, although v2's reference has no such path. `link` is a signed link. */
export function fileV2(view: View, file: BaseSpaceFile, link?: string): Json {
  const href = v2Href(view, "files", file.id);
  return { ...fileListItem(file), Href: href, HrefContent: link ?? `${href}/content` };
}
