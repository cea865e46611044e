import type { Operations } from "fuse-native";
import { changingOperations } from "./changing-operations.ts";
import type { OperationContext } from "./operation-context.ts";
import { readingOperations } from "./reading-operations.ts";
import { xattrOperations } from "./xattr-overrides.ts";

/** The table of all operations that the binding can pass on; none is left out. */
export function bindingOperations(context: OperationContext): Operations {
  return { ...readingOperations(context), ...changingOperations(context), ...xattrOperations() };
}
