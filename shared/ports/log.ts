/** Facts of a log line; never secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A log: messages are constants, facts are fields. */
export interface Log {
  readonly debug: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
}
