import type { MaybePromise } from "../core/maybe-promise.ts";
import type { Node } from "../tree/node.ts";
import type { PathTree } from "../tree/path-tree.ts";
import type { Handle, Ino } from "./file-system.ts";
import type { HandleTable } from "./handle-table.ts";
import type { NodeAttributes } from "./node-attributes.ts";
import type { Writing } from "./writing.ts";

/** The parts of a file system that operations which change the tree use. */
export interface ChangeParts {
  readonly tree: PathTree;
  readonly nodeOf: (ino: Ino) => Node;
  readonly attributes: NodeAttributes;
  readonly handles: HandleTable;
  readonly writing: Writing;
  /** What has `path` open keeps its version, whatever gets the path. */
  readonly onHidden: (path: string) => void;
  /** As open(2). */
  readonly open: (ino: Ino, flags: number, signal: AbortSignal) => MaybePromise<Handle>;
}
