import type { Log, LogFields } from '../ports/log.ts';

/** A line that is to be logged: a constant message, and facts. */
export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn';
  readonly message: string;
  readonly fields: LogFields;
}

/** Logs lines in their order. */
export function logLines(log: Log, lines: readonly LogLine[]): void {
  for (const { level, message, fields } of lines) log[level](message, fields);
}
