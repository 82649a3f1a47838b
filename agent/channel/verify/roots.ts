import { SluiceError } from '../../../shared/errors.ts';
import { digestOf } from '../../../shared/lib/canonical.ts';
import { countSigners, parseSignatures, payloadTypes, type SignedBytes } from '../../../shared/wire/envelope.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { Root } from '../../../shared/wire/root.ts';
import type { Identity } from '../../model/site.ts';

/**
 * The root document to trust: the chain from version 1, which the join line's fingerprint names, each successor signed by the
 * root keys before it and by its own. Throws ROOT_INVALID, or ROLLED_BACK for a chain that ends below the version held.
 */
export function verifyRoots(
  chain: readonly SignedBytes[],
  identity: Pick<Identity, 'channel' | 'rootFingerprint'>,
  held: number,
): Root {
  const [first, ...successors] = chain;
  if (first === undefined) throw invalid('the channel has no root document', 1);
  if (digestOf(first.payload) !== identity.rootFingerprint) throw invalid('this is not the root of the join line', 1);
  let current = accept(first, 1, identity.channel);
  if (!isSigned(first, current)) throw invalid('the root document is not signed by its own keys', 1);
  for (const successor of successors) current = succeed(current, successor, identity.channel);
  if (current.version >= held) return current;
  const facts = { held, found: current.version };
  throw new SluiceError('ROLLED_BACK', 'the channel has an older root document than the one held', { facts });
}

function succeed(previous: Root, successor: SignedBytes, channel: string): Root {
  const version = previous.version + 1;
  const next = accept(successor, version, channel);
  if (next.epoch < previous.epoch) throw invalid('the root document has a lower epoch than the one before', version);
  if (!isSigned(successor, previous)) throw invalid('the root document is not signed by the keys before it', version);
  if (!isSigned(successor, next)) throw invalid('the root document is not signed by its own keys', version);
  return next;
}

function accept(file: SignedBytes, version: number, channel: string): Root {
  const document = formats.root.decode(file.payload, `root/${version}.json`);
  if (document.version !== version) throw invalid('the root document has another version than its place', version);
  if (document.channel !== channel) throw invalid('the root document is of another channel', version);
  if (document.roots.threshold < 1) throw invalid('the root document needs no signature', version);
  return document;
}

function isSigned(file: SignedBytes, by: Root): boolean {
  const sigs = parseSignatures(file.signatures);
  return countSigners(payloadTypes.root, file.payload, sigs, by.roots.keys) >= by.roots.threshold;
}

function invalid(message: string, version: number): SluiceError {
  return new SluiceError('ROOT_INVALID', message, { subject: `root/${version}.json` });
}
