/*
 * Shell code that finds values to offer. It never asks BaseSpace: completing remote paths would send a request for each
 * press of a key.
 */

/** Prints the mount points of bsmount, one per line. Asks the kernel and never a mount, which may hang. */
export const FIND_MOUNTS = "findmnt -lno TARGET -t fuse.bsmount 2>/dev/null";

/** Prints the names of profiles, one per line. */
export const FIND_PROFILES = 'command ls "$HOME/.basespace" 2>/dev/null | sed -n "s/[.]cfg\\$//p"';

export const REMOTE_ROOTS: readonly string[] = ["bs:/projects/", "bs:/runs/"];
