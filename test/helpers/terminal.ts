import { type CommandOutcome, runCommand } from "./run-command.ts";
import type { TempDir } from "./temp-dir.ts";

/** A terminal without a screen, with one program in it; disposing ends both. */
export interface Terminal extends AsyncDisposable {
  /** Everything that was shown so far, with wrapped lines joined. */
  screen(): Promise<string>;
  /** Types a text. */
  put(text: string): Promise<void>;
  /** Types a text and Enter. */
  type(text: string): Promise<void>;
  /** Presses a key by tmux's name for it, such as `C-c`. */
  press(key: string): Promise<void>;
}

/** How many terminals this process opened. */
let opened = 0;

/** Runs a bash command in a terminal of its own tmux; the screen stays when the command has ended. */
export async function openTerminal(
  command: string,
  dir: TempDir,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Terminal> {
  // `kill-server` returns before the server has ended, so a second terminal on its socket can reach the ending one.
  const socket = dir.join(`tmux-${opened++}`);
  const tmux = async (...args: readonly string[]): Promise<CommandOutcome> =>
    await runCommand("tmux", ["-u", "-S", socket, "-f", "/dev/null", ...args], { env });
  const size = ["-x", "120", "-y", "40"];
  const { code, stderr } = await tmux("new-session", "-d", ...size, `${command}; exec sleep 600`);
  if (code !== 0) throw new Error(`tmux failed: ${stderr}`);
  const put: Terminal["put"] = async (text) => {
    await tmux("send-keys", "-l", text);
  };
  return {
    screen: async () => (await tmux("capture-pane", "-p", "-J", "-S", "-")).stdout,
    put,
    type: async (text) => {
      await put(text);
      await tmux("send-keys", "Enter");
    },
    press: async (key) => {
      await tmux("send-keys", key);
    },
    [Symbol.asyncDispose]: async () => {
      await tmux("kill-server");
    },
  };
}
