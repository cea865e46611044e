/**
 * When files that are written become complete in BaseSpace, which cannot be undone:
 *
 * - `through`: before `close` returns
 * - `back`: after `close` has returned, which waits only until staging has the file durably
 * - `commit`: when somebody says so (`bsmount complete`, `uploads commit`, `unmount`); `close` is as in `back`
 */
export type WriteMode = "back" | "commit" | "through";

export const WRITE_MODES: readonly WriteMode[] = ["through", "back", "commit"];

export function isWriteMode(value: unknown): value is WriteMode {
  return WRITE_MODES.some((mode) => mode === value);
}
