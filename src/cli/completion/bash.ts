import type { CommandReference, OptionReference, Values } from "../reference/describe-program.ts";
import { FIND_MOUNTS, FIND_PROFILES, REMOTE_ROOTS } from "./offers.ts";

/**
 * The completion for bash 4 and newer, to be sourced. Bash itself completes local files (`-o default`), since it knows
 * how to quote them.
 */
export function bashCompletion(program: CommandReference): string {
  const [name] = program.names;
  return `# Completion for bash: . <(${name} completion bash)
_${name}_lines() {
  local line
  while IFS= read -r line; do [[ $line != "$cur"* ]] || COMPREPLY+=("$line"); done
}
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= kind= words= i
  # bash splits an option and its value at the equals sign.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$command \${COMP_WORDS[i]}" in
${paths(program, "").join("\n")}
    esac
  done
  case "$command $prev" in
${valueCases(program).join("\n")}
  esac
  if [[ -z $kind && $cur == -* ]]; then
    kind=choice
    case $command in
${optionCases(program, "").join("\n")}
    esac
  elif [[ -z $kind ]]; then
    case $command in
${argumentCases(program, "").join("\n")}
    esac
  fi
${offers(name)}
}
complete -o bashdefault -o default -F _${name} ${name}
`;
}

/** The code that offers values of `$kind`. */
function offers(name: string): string {
  return `  COMPREPLY=()
  case $kind in
    file) return ;;
    folder) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    mount) compopt -o filenames; _${name}_lines < <(${FIND_MOUNTS}); return ;;
    profile) _${name}_lines < <(${FIND_PROFILES}) ;;
    remote) compopt -o nospace; mapfile -t COMPREPLY < <(compgen -W '${REMOTE_ROOTS.join(" ")}' -- "$cur") ;;
    choice) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur") ;;
  esac
  # Without this bash would offer files when nothing matches.
  ((\${#COMPREPLY[@]} > 0)) || compopt +o default +o bashdefault`;
}

/** Cases that follow the words of the line from a command to its subcommands. */
function paths({ commands }: CommandReference, above: string): readonly string[] {
  return commands.flatMap((command) => {
    const path = `${above} ${command.names[0]}`;
    const words = command.names.map((name) => `"${above} ${name}"`).join(" | ");
    return [`      ${words}) command="${path}" ;;`, ...paths(command, path)];
  });
}

/** Cases for the values of options, each only behind the commands that accept the option. */
function valueCases(program: CommandReference): readonly string[] {
  const wordsByOffer = new Map<string, string[]>();
  for (const [path, { long, short, argument, values }] of allOptions(program, "")) {
    if (argument === undefined) continue;
    const words = wordsByOffer.get(offer(values)) ?? [];
    for (const flag of short === undefined ? [long] : [short, long])
      words.push(`"${path} ${flag}"`);
    wordsByOffer.set(offer(values), words);
  }
  return [...wordsByOffer].map(([code, words]) => `    ${words.join(" | ")}) ${code} ;;`);
}

/** The options with the commands that accept them. */
function allOptions(
  { options, commands }: CommandReference,
  path: string,
): readonly (readonly [path: string, option: OptionReference])[] {
  return [
    ...options.map((option) => [path, option] as const),
    ...commands.flatMap((command) => allOptions(command, `${path} ${command.names[0]}`)),
  ];
}

function optionCases({ options, commands }: CommandReference, path: string): readonly string[] {
  const words = options.flatMap(({ short, long }) => (short === undefined ? long : [short, long]));
  return [
    `      "${path}") words="${words.join(" ")}" ;;`,
    ...commands.flatMap((command) => optionCases(command, `${path} ${command.names[0]}`)),
  ];
}

function argumentCases({ values, commands }: CommandReference, path: string): readonly string[] {
  const names = commands.flatMap((command) => command.names);
  const own: Values = names.length === 0 ? { kind: "text" } : { kind: "choice", choices: names };
  return [
    `      "${path}") ${offer(values ?? own)} ;;`,
    ...commands.flatMap((command) => argumentCases(command, `${path} ${command.names[0]}`)),
  ];
}

function offer(values: Values): string {
  if (values.kind !== "choice") return `kind=${values.kind}`;
  return `kind=choice words="${values.choices.join(" ")}"`;
}
