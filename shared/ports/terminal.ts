/** What a command line talks to: the caller's terminal, folder and environment. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True when standard output is a terminal that can be redrawn. */
  readonly interactive: boolean;
  readonly color: boolean;
  readonly columns: () => number;
  /** The absolute path that the caller means by a path. */
  readonly path: (path: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
