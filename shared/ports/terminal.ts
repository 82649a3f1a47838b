/** What a command line talks to: the caller's terminal, folder and environment. */
export interface Terminal {
  /** Writes to standard output; what a terminal would obey is shown as `\u001b`, never sent. So do all of these. */
  readonly out: (text: string) => void;
  /** The same to standard error; answers false where its reader is so slow that there was no room. */
  readonly err: (text: string) => unknown;
  /** Writes to standard output a text in which `toned` marked colours. */
  readonly paint: (text: string) => void;
  /** The same, over what is on the screen: from its first line on, and nothing of what was there stays. */
  readonly redraw: (text: string) => void;
  /** True when standard output is a terminal that can be redrawn. */
  readonly interactive: boolean;
  readonly color: boolean;
  readonly columns: () => number;
  /** The absolute path that the caller means by a path. */
  readonly path: (path: string) => string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
