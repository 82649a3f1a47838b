/** Levels of a log, most talkative first. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** `json` for machines, `text` for people at a terminal. */
export const logFormats = ['json', 'text'] as const;
export type LogFormat = (typeof logFormats)[number];
