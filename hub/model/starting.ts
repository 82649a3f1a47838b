import { SluiceError } from '../../shared/errors.ts';

/** What is said in place of an answer that needs the state, until it is read. */
export function isStarting(): SluiceError {
  return new SluiceError('UNAVAILABLE', 'the hub is starting', { hint: 'try again in a moment' });
}
