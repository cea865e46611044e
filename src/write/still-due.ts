/** Whether content that is to be finished still is. */
export type StillDue = () => boolean;

/**
 * Returns what is false from the moment on when somebody writes content again that was closed: what there is of it then may
 * be a part of what that writer is going to write, and its own close finishes it. A call that finishes the content asks at
 * its beginning, and after each wait.
 */
export function stillDue(isClosed: () => boolean): StillDue {
  let wasClosed = isClosed();
  return () => {
    const isClosedNow = isClosed();
    wasClosed ||= isClosedNow;
    return isClosedNow || !wasClosed;
  };
}
