import type { Entity } from "../catalog/catalog.ts";
import { describeError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { pathOf } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";

/** The app result whose status was set, and those that have the new status too, since they are in its session. */
export interface StatusOutcome {
  /** As the mount shows it. */
  readonly path: string;
  /** Their paths; the name of one whose path cannot be found. Empty unless the status is final. */
  readonly others: readonly string[];
}

/** The paths of app results whose status was set. That is done, so nothing here fails. */
export async function pathsOf(
  results: readonly Entity[],
  { tree, logger }: { readonly tree: PathTree; readonly logger: Logger },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const { id, name, raw } of results) {
    try {
      const node = await tree.resolve(`/projects/${projectIdIn(raw)}/appresults/${id}`, signal);
      paths.push(pathOf(node));
    } catch (error) {
      logger.debug({ id, error: describeError(error) }, "cannot find the path of an app result");
      paths.push(name);
    }
  }
  return paths;
}

function projectIdIn(raw: Readonly<Record<string, unknown>>): string {
  const projects: unknown = raw["Projects"];
  const [project] = Array.isArray(projects) ? (projects as unknown[]) : [];
  return String((project as { readonly Id?: unknown } | undefined)?.Id);
}
