import type { Operations } from "fuse-native";
import { changingOperations } from "./changing-operations.ts";
import type { OperationContext } from "./operation-context.ts";
import { readingOperations } from "./reading-operations.ts";
import { xattrOperations } from "./xattr-overrides.ts";

/*
 * Begin here: `fuse/` is the only folder that knows fuse-native. `mount/` asks the driver (`driver.ts`,
 * `native-driver.ts`) to mount a file system. From then on the binding calls one of the operations below for each
 * request of the kernel; it resolves the path to an inode (`path-nodes.ts`), calls the file system (`fs/`), and
 * `operation-runner.ts` sends exactly one reply.
 */

/** All operations that the binding can forward: libfuse would reply ENOSYS for a missing one. */
export function allOperations(context: OperationContext): Operations {
  return { ...readingOperations(context), ...changingOperations(context), ...xattrOperations() };
}
