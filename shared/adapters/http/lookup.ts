import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { SluiceError } from '../../errors.ts';

/** Looks names up as usual, and refuses those that lead to an address that may not be connected to. */
export function guardedLookup(mayConnect: (address: string) => boolean, find: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    find(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      if (error !== null) return callback(error, '', 0);
      const refused = found.find(({ address }) => !mayConnect(address));
      if (refused !== undefined) return callback(refusal(hostname, refused.address), '', 0);
      const [first] = found;
      if (options.all === true) callback(null, found);
      else callback(null, first?.address ?? '', first?.family);
    });
  };
}

function refusal(hostname: string, address: string): SluiceError {
  const hint = 'list the address itself where it is meant';
  return new SluiceError('FORBIDDEN', `${hostname} leads to ${address}, which is not allowed`, { hint });
}
