/** How a table is to look. */
export interface TableStyle {
  readonly columns: number;
  readonly color: boolean;
  /** Digests and generations, too. */
  readonly wide: boolean;
  /** A line for each application on each cluster, however many there are; else many are summed up by application. */
  readonly all?: boolean;
  /** What commands that are printed need to reach the same hub: `--data DIR`; empty = nothing. */
  readonly where?: string;
}

/** A count with its noun. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
