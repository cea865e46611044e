/*
 * Begin here: `completion/` writes the scripts by which shells complete commands. `bash.ts`, `zsh.ts` and `fish.ts`
 * each turn the description of the program (`../reference/describe-program.ts`) into one script, for
 * `../commands/completion.ts`. Shell code that finds values is below. It never asks BaseSpace: completing remote paths
 * would send a request for each press of a key.
 */

/** Prints the mount points of bsmount, one per line. Asks the kernel and never a mount, which may hang. */
export const FIND_MOUNTS = "findmnt -lno TARGET -t fuse.bsmount 2>/dev/null";

/** Prints the names of profiles, one per line. */
export const FIND_PROFILES = 'command ls "$HOME/.basespace" 2>/dev/null | sed -n "s/[.]cfg\\$//p"';

export const REMOTE_ROOTS: readonly string[] = ["bs:/projects/", "bs:/runs/"];
