import { isSluiceError } from '../../shared/errors.ts';
import type { Oid } from '../../shared/lib/git/object.ts';
import { countSigners, parseSignatures, payloadTypes } from '../../shared/wire/envelope.ts';
import { formats } from '../../shared/wire/formats.ts';
import { revisionPath, revisionSignaturePath } from '../../shared/wire/layout.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import { parseCommit } from './commit.ts';
import type { ObjectReader } from './objects.ts';
import { treeFiles } from './tree-files.ts';

/** What the bundle that a commit of the channel carries says of itself; null where none of the trusted keys signed one. */
export function signedRevision(
  channel: ObjectReader,
  oid: Oid,
  trusted: readonly string[],
): Omit<Revision, 'apps'> | null {
  try {
    const commit = parseCommit(channel.read(oid)?.body ?? new Uint8Array());
    const files = treeFiles(channel, commit.tree);
    const payload = channel.read(files.get(revisionPath) ?? '')?.body ?? new Uint8Array();
    const signatures = channel.read(files.get(revisionSignaturePath) ?? '')?.body ?? new Uint8Array();
    const signers = countSigners(payloadTypes.revision, payload, parseSignatures(signatures), trusted);
    return signers > 0 ? formats.revision.open(payload, 'a bundle in the channel').head : null;
  } catch (error) {
    // What cannot be read was not published by us: it says nothing about the ledger.
    if (isSluiceError(error)) return null;
    throw error;
  }
}
