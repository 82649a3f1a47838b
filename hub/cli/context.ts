import type { HttpClient, HttpOptions } from '../../shared/adapters/http/client.ts';
import { commandsWith, textOption } from '../../shared/lib/command.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Terminal } from '../../shared/ports/terminal.ts';
import { defaultData } from '../config/defaults.ts';

/** What the commands of `sluice-hub` work with. */
export interface CliContext {
  readonly terminal: Terminal;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  readonly version: string;
  /** How many files this process may open. */
  readonly openFiles: () => number;
  /** Templates that this machine evaluates at once. */
  readonly workers: () => number;
  readonly createHttp: (options: HttpOptions) => HttpClient;
}

/** Makes a command of `sluice-hub`. */
export const command = commandsWith<CliContext>();

/** The option that names the data folder. */
export function dataOption(meaning: string) {
  return textOption('--data <dir>', `${meaning} (default: $SLUICE_DATA, else ${defaultData})`);
}

/** The absolute path of the data folder that the option names. */
export function dataFolder({ terminal }: Pick<CliContext, 'terminal'>, data: string | undefined): string {
  return terminal.path(data ?? givenBy(terminal, 'SLUICE_DATA') ?? defaultData);
}

/** The value of an environment variable; undefined for an empty one, too. */
export function givenBy({ env }: Pick<Terminal, 'env'>, name: string): string | undefined {
  const value = env[name];
  return value === '' ? undefined : value;
}
