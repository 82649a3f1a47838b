import { readFileSync } from 'node:fs';
import { asSluiceError } from '../../shared/errors.ts';

/** The text of a file that the configuration names; throws CONFIG_INVALID with its path where it cannot be read. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw asSluiceError(error, 'CONFIG_INVALID', { path });
  }
}
