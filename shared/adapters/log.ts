import pino, { type Logger } from 'pino';
import type { LogFormat, LogLevel } from '../lib/log-levels.ts';
import type { Log, LogFields } from '../ports/log.ts';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Answers false where there was no room for the line. */
  readonly write: (line: string) => unknown;
}

/** Keys that never show their value, wherever a caller may have put them. */
const secretKeys = ['token', 'secret', 'seed', 'password', 'authorization', 'credential', 'privateKey', 'joinLine'];

/** A log of one line a message; values under the names of secrets are replaced. */
export function createLog(options: LogOptions): Log {
  const format = options.format === 'json' ? (line: string) => line : textLine;
  let left = 0;
  const write = (line: string): void => {
    const count = left;
    left = 0;
    if (count > 0) logger.warn({ count }, 'lines of the log were left out here: what reads it is too slow');
    const hasRoom = left === 0 && options.write(format(line)) !== false;
    if (!hasRoom) left = count + 1;
  };
  const logger: Logger = pino(
    {
      level: options.level,
      base: null,
      messageKey: 'msg',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      serializers: { error: errorFacts },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
    },
    { write },
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}

/** The facts of an error, without its stack: code and message, and those of its causes. */
function errorFacts(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? { cause: errorFacts(error.cause) } : {};
  return { ...code, message: error.message, ...cause };
}

function textLine(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as { time: string; level: string; msg: string } & LogFields;
  const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${plain(value)}`);
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${msg}${facts.join('')}\n`;
}

function plain(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
