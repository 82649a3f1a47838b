import { digestOf } from '../../shared/lib/canonical.ts';
import { makeBlob, type GitObject, type Oid } from '../../shared/lib/git/object.ts';
import { atOnce, unitsOfBytes, type Work } from '../../shared/lib/slices.ts';
import { payloadTypes, signaturesText, type Signatures, type Signer } from '../../shared/wire/envelope.ts';
import { formats } from '../../shared/wire/formats.ts';
import { revisionPath, revisionSignaturePath } from '../../shared/wire/layout.ts';
import type { Revision } from '../../shared/wire/revision.ts';
import type { NextBundle } from '../model/bundle.ts';
import { channelCommit } from '../model/channel-commit.ts';
import { makeTree } from '../model/git-tree.ts';
import type { ObjectReader } from '../model/objects.ts';
import type { PublishedBundle } from '../model/published-bundle.ts';
import { foldersBeside, newSharing, type Sharing } from './folders.ts';

/** What publish adds to a planned bundle. */
export interface BundleFacts {
  readonly ledger: number;
  readonly issuedAt: string;
  readonly freshUntil: string;
  /** What was sent under the cluster's name before: its files need not be written again. */
  readonly previous: PublishedBundle | null;
  /** The commit that the cluster's ref is at. */
  readonly at: Oid | null;
  /** What the bundles of one commit have together; none = this one is made alone. */
  readonly sharing?: Sharing;
}

/** A bundle ready to be written: the ledger's entry, and every new object (the channel's commit last). */
export interface BuiltBundle {
  readonly bundle: PublishedBundle;
  readonly objects: readonly GitObject[];
  readonly commit: GitObject;
}

/** What is to be signed of a planned bundle. */
export interface Draft {
  readonly next: NextBundle;
  readonly facts: BundleFacts;
  readonly revision: Revision;
  /** The bytes of revision.json. */
  readonly payload: Buffer;
}

/** What writing an envelope costs beside its bytes, in units of a slice; and what reading it again does. */
const [draftUnits, envelopeUnits] = [20, 30];

/** Writes the envelope of a planned bundle, as work in steps. */
export function* draftingBundle(next: NextBundle, facts: BundleFacts): Work<Draft> {
  const { ledger, issuedAt, freshUntil } = facts;
  const revision = { ...next.revision, ledger, issuedAt, freshUntil };
  const payload = formats.revision.at(revision.format).encode(revision);
  yield draftUnits + unitsOfBytes(payload.length);
  return { next, facts, revision, payload };
}

/** Signs a planned bundle and builds its tree and commit in memory: same input, same bytes. */
export function buildBundle(objects: ObjectReader, signer: Signer, next: NextBundle, facts: BundleFacts): BuiltBundle {
  const draft = atOnce(draftingBundle(next, facts));
  return atOnce(buildingBundle(objects, draft, signer.sign(payloadTypes.revision, draft.payload), signer));
}

/** Builds the tree and the commit of a draft with its signatures, as work in steps. */
export function* buildingBundle(
  objects: ObjectReader,
  { next, facts, revision, payload }: Draft,
  signed: Signatures,
  { keyid }: Pick<Signer, 'keyid'>,
): Work<BuiltBundle> {
  const { previous, at, sharing = newSharing() } = facts;
  const format = formats.revision.at(revision.format);
  yield envelopeUnits;
  const made: GitObject[] = [];
  const folders = yield* foldersBeside({ next, previous, made, sharing }, objects);
  const [document, signature] = [makeBlob(payload), makeBlob(Buffer.from(signaturesText(signed)))];
  const root = makeTree([
    ...folders,
    { name: revisionPath, kind: 'file', oid: document.oid },
    { name: revisionSignaturePath, kind: 'file', oid: signature.oid },
  ]);
  const entry = {
    cluster: next.cluster,
    revision: format.reread(revision, payload, previous?.revision ?? null),
    revisionDigest: digestOf(payload),
    keyid,
    tree: root.oid,
  };
  const { parent, replaced, isCut } = historyOf(next, previous, at);
  const commit = channelCommit(entry, isCut ? null : parent);
  const bundle = { ...entry, commit: commit.oid, parent, ...(replaced !== null && { replaced }) };
  return { bundle, objects: [root, ...made, document, signature], commit };
}

/** Every so many generations the history of a ref begins anew: nothing reads it, and what it holds is never collected. */
const cutEvery = 16;

/** Where a bundle stands in the history of its ref. */
interface Standing {
  readonly parent: Oid | null;
  readonly replaced: Oid | null;
  /** Its commit has no parent, although its ref has one. */
  readonly isCut: boolean;
}

/**
 * A bundle comes after what its own registration was sent. The first one of a registration begins a history of its own, so that no
 * reader of it reaches what a former owner of the name was sent; and so does one at a cut.
 */
function historyOf(
  { revision }: Pick<NextBundle, 'revision'>,
  previous: PublishedBundle | null,
  at: Oid | null,
): Standing {
  const isFirst = previous?.revision.registration !== revision.registration;
  if (isFirst) return { parent: null, replaced: at, isCut: false };
  return { parent: at, replaced: null, isCut: revision.generation % cutEvery === 0 };
}
