import type { SluiceError } from '../../shared/errors.ts';

/** An error in one text for status and reports: what, where, and what to do. */
export function saidOf({ message, data }: Pick<SluiceError, 'message' | 'data'>): string {
  const { subject, hint } = data;
  return [subject === undefined ? message : `${message} (${subject})`, hint]
    .filter((part) => part !== undefined)
    .join('; ');
}
