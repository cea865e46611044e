/*
 * What is offered where the shell has to look itself. Only what is at hand at once: completing paths in BaseSpace
 * would ask the service at each press of a key.
 */

/** Prints the mount points of bsmount, a line each; asks the kernel, and never a mount, which may hang. */
export const FIND_MOUNTS = "findmnt -lno TARGET -t fuse.bsmount 2>/dev/null";

/** Prints the names of profiles, a line each. */
export const FIND_PROFILES = 'command ls "$HOME/.basespace" 2>/dev/null | sed -n "s/[.]cfg\\$//p"';

export const REMOTE_ROOTS: readonly string[] = ["bs:/projects/", "bs:/runs/"];
