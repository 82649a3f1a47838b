/** Calls `run` whenever a cron expression (five or six fields) says so; the returned function stops it. */
export type Schedule = (expression: string, run: () => void) => () => void;
