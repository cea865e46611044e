import { homedir } from "node:os";
import process from "node:process";

/** The parts of the process's environment that configuration depends on. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly uid: number;
  readonly gid: number;
}

/** The environment of this process. */
export function processEnvironment(): Environment {
  return {
    variables: process.env,
    home: homedir(),
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
  };
}
