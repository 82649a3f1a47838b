import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { SluiceError } from '../../errors.ts';

/** Looks names up as usual, and refuses those that lead to an address that may not be connected to. */
export function guardedLookup(mayConnect: (address: string) => boolean, find: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    find(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const refused = error === null ? found.find(({ address }) => !mayConnect(address)) : undefined;
      const fault = refused === undefined ? error : refusal(hostname, refused.address);
      if (fault !== null) callback(fault, '', 0);
      else if (options.all === true) callback(null, found);
      else callback(null, found[0]?.address ?? '', found[0]?.family);
    });
  };
}

function refusal(hostname: string, address: string): SluiceError {
  const hint = 'list the address itself where it is meant';
  return new SluiceError('FORBIDDEN', `${hostname} leads to ${address}, which is not allowed`, { hint });
}
