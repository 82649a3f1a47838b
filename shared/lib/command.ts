/** An option of a command as data: how it is written, and its line of help. `T` is what `run` gets of it. */
export interface CommandOption<T> {
  /** As help shows it: `-o, --output <form>`, `--watch`, `--no-reports`, `--cluster <name...>`. */
  readonly flag: string;
  readonly help: string;
  /** The closed list of its values. */
  readonly choices?: readonly string[];
  readonly fallback?: T;
}

export type CommandOptions = Readonly<Record<string, CommandOption<unknown>>>;

/** The values of options, under the same names. */
export type FlagsOf<O extends CommandOptions> = {
  readonly [K in keyof O]: O[K] extends CommandOption<infer T> ? T : never;
};

/** The values of arguments: `<name>` is there, `[name]` may be missing, `<names...>` are many. */
export type ArgumentsOf<A extends readonly string[]> = {
  readonly [I in keyof A]: A[I] extends `<${string}...>`
    ? readonly string[]
    : A[I] extends `<${string}>`
      ? string
      : string | undefined;
};

interface CommandSpec<C, A extends readonly string[], O extends CommandOptions> {
  readonly name: string;
  readonly description: string;
  /** In order, as help shows them: `<name>`, `[name]`, `<names...>`. */
  readonly arguments: A;
  readonly options: O;
  /** Does the work, and resolves with an exit status where it is not 0. */
  run(context: C, args: ArgumentsOf<A>, flags: FlagsOf<O>): Promise<number | undefined>;
}

/** A command of a program as a value: all that its parser, its help and its tests need. */
export type Command<C> = CommandSpec<C, readonly string[], CommandOptions>;

/** Commands under one word: `cluster join`, `cluster list`. */
export interface CommandGroup<C> {
  readonly name: string;
  readonly description: string;
  /** Another word for the same. */
  readonly alias?: string;
  readonly commands: readonly Command<C>[];
}

/** The maker of commands that work with one kind of context; it checks `run` against the arguments and options. */
export function commandsWith<C>() {
  return <const A extends readonly string[], O extends CommandOptions>(spec: CommandSpec<C, A, O>): Command<C> => spec;
}

/** An option with a value: `--data <dir>`. */
export function textOption(flag: string, help: string): CommandOption<string | undefined> {
  return { flag, help };
}

/** An option with a value that is always there. */
export function defaultOption(flag: string, help: string, fallback: string): CommandOption<string> {
  return { flag, help, fallback };
}

/** An option that takes several values: `--cluster <name...>`. */
export function listOption(flag: string, help: string): CommandOption<readonly string[] | undefined> {
  return { flag, help };
}

/** An option without a value: `--watch` is true or missing, `--no-reports` is false or true. */
export function switchOption(flag: string, help: string): CommandOption<boolean | undefined> {
  return { flag, help };
}

/** An option with a closed list of values. */
export function choiceOption<const T extends string>(
  flag: string,
  help: string,
  choices: readonly T[],
): CommandOption<T | undefined> {
  return { flag, help, choices };
}

/** An option with a closed list of values, one of which holds when it is not given. */
export function defaultChoice<const T extends string>(
  flag: string,
  help: string,
  choices: readonly T[],
  fallback: NoInfer<T>,
): CommandOption<T> {
  return { flag, help, choices, fallback };
}
