import type { AppResultId, FileId } from "../core/ids.ts";
import type { TaskGroup } from "../core/task-group.ts";
import type { StagedFilesOptions } from "./staged-files-options.ts";
import type { StagedRegistry } from "./staged-registry.ts";
import { type WhiteoutChange, Whiteouts } from "./whiteouts.ts";

export interface ListedWhiteoutsOptions extends Pick<
  Required<StagedFilesOptions>,
  "clock" | "onForgotten" | "whiteouts"
> {
  readonly registry: StagedRegistry;
  /** Owns what is deleted because another process has removed it. */
  readonly tasks: TaskGroup;
}

/** Whiteouts that the lists of a session show. */
export function listedWhiteouts(options: ListedWhiteoutsOptions): Whiteouts {
  const { whiteouts, clock } = options;
  const onChange = (appResultId: AppResultId, change: WhiteoutChange): void =>
    changed(appResultId, change, options);
  return new Whiteouts({ ...whiteouts, clock, onChange });
}

function changed(
  appResultId: AppResultId,
  { kind, file, isOwn }: WhiteoutChange,
  options: ListedWhiteoutsOptions,
): void {
  const list = options.registry.lists.list(appResultId);
  if (kind === "covered") list.cover(file);
  else {
    list.uncover(file);
    for (const item of list.items) {
      if (item.path === file.path && item.showAgain(file.id)) list.changed(item);
    }
  }
  if (kind === "covered" && !isOwn) removedElsewhere(appResultId, file.id, options);
  // A listing that is cached may be older than the file.
  if (kind === "uncovered" || !isOwn) options.onForgotten(appResultId);
}

/** Another process has removed a file that this session wrote. */
function removedElsewhere(
  appResultId: AppResultId,
  id: FileId,
  { registry, tasks }: ListedWhiteoutsOptions,
): void {
  const file = registry.lists.listing(appResultId).items.find((item) => item.id === id);
  if (file === undefined || file.content.isUnfinished || file.isOpen) return;
  tasks.start(async (signal) => await registry.remove(file, signal));
}
