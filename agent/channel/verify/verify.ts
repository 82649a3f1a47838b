import { SluiceError } from '../../../shared/errors.ts';
import { digestOf, type Digest } from '../../../shared/lib/canonical.ts';
import { appKey, changeDigest } from '../../../shared/wire/bundle.ts';
import { encode } from '../../../shared/wire/codec.ts';
import { countSigners, parseSignatures, payloadTypes } from '../../../shared/wire/envelope.ts';
import { revisionPath } from '../../../shared/wire/layout.ts';
import type { Approval } from '../../../shared/wire/approval.ts';
import type { BundleApp, Revision } from '../../../shared/wire/revision.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { OpenedRevision } from '../../../shared/wire/formats/format.ts';
import type { Root } from '../../../shared/wire/root.ts';
import type { ChannelSnapshot, TrustState, VerifiedBundle } from '../../model/bundle.ts';
import { memoryContents, type Contents } from '../../model/contents.ts';
import type { Identity } from '../../model/site.ts';
import { verifyObjects } from './contents.ts';
import { checkLimits, fetchDocuments } from './documents.ts';
import { freshUntil, verifyFreshness } from './freshness.ts';
import { checkNames, checkReferences } from './objects.ts';
import { verifyRoots } from './roots.ts';
import { isAhead } from '../trust.ts';

/** What a bundle is checked against: who this agent is, what it trusts already, and the time. */
export interface VerifyInput {
  readonly snapshot: ChannelSnapshot;
  readonly identity: Identity;
  readonly trust: TrustState;
  /** Milliseconds since the epoch, as this machine's clock says. */
  readonly now: number;
  /** Where checked files are kept: those that are there already are not fetched. Absent = in memory, for this bundle alone. */
  readonly contents?: Contents;
}

const maxJump = 1_000_000;

/**
 * Accepts a bundle by every rule of channel.md, or throws a coded error: nothing else in the agent decides what to trust.
 * A bundle that is only stale is accepted and says so.
 */
export async function verify(input: VerifyInput): Promise<VerifiedBundle> {
  const { snapshot, identity, trust, now, contents = memoryContents() } = input;
  const { previous } = trust;
  const root = verifyRoots(snapshot.roots, identity, trust.rootVersion);
  const opened = verifyEnvelope(snapshot, root, previous);
  const { head } = opened;
  const revisionDigest = digestOf(snapshot.revision.payload);
  const mark = { epoch: head.epoch, generation: head.generation, revisionDigest };
  checkAddressee(head, identity, root);
  checkOrder(mark, trust.mark, identity.minimumGeneration);
  checkLimits(opened, snapshot.revision.payload.byteLength);
  head.approvals.forEach((approval) => checkApproval(approval, head, root));
  checkRetired(head);

  // From here on, things are fetched: the documents that the bundle before does not tell, then the objects.
  const revision = await fetchDocuments(snapshot, opened, { previous, contents });
  const unchanged = new Set(previous?.revision.apps);
  checkCounts(revision, unchanged);
  const unfit = await verifyObjects(snapshot, revision, { previous, contents, unchanged });

  const list = verifyFreshness(snapshot.freshness, root, revision.registration);
  const issuedAt = Date.parse(revision.issuedAt);
  const until = freshUntil(revision.freshUntil, list, { registration: revision.registration, revisionDigest });
  const accepted = {
    mark,
    revision,
    envelope: { payload: textOf(snapshot.revision.payload), signatures: textOf(snapshot.revision.signatures) },
    files: { roots: snapshot.roots, freshness: snapshot.freshness },
    rootVersion: root.version,
    fresh: Math.max(now, trust.timeFloor) <= until,
    freshUntil: until,
    issuedAt: isAhead(issuedAt, now) ? trust.timeFloor : issuedAt,
    freshness: list,
    unfit,
    objectBytes: contents.read,
    objectText: (digest: Digest) => {
      const bytes = contents.read(digest);
      return bytes === null ? null : textOf(bytes);
    },
  } satisfies Partial<VerifiedBundle>;
  // The one place where the brand is given.
  return accepted as VerifiedBundle;
}

type Head = OpenedRevision['head'];

function verifyEnvelope(
  { revision: file }: ChannelSnapshot,
  root: Root,
  previous: VerifiedBundle | null,
): OpenedRevision {
  const sigs = parseSignatures(file.signatures);
  if (countSigners(payloadTypes.revision, file.payload, sigs, root.hubs.keys) === 0) {
    throw new SluiceError('SIGNATURE_INVALID', 'no hub key of the root document signed this bundle', {
      subject: revisionPath,
    });
  }
  return formats.revision.open(file.payload, revisionPath, { previous: previous?.revision ?? null });
}

function checkAddressee(revision: Head, identity: Identity, root: Root): void {
  const wrong = (['channel', 'registration', 'cluster'] as const).find((key) => revision[key] !== identity[key]);
  if (wrong !== undefined) {
    throw new SluiceError('WRONG_ADDRESSEE', `the bundle is for another ${wrong}`, { subject: revision[wrong] });
  }
  if (revision.epoch !== root.epoch) {
    const facts = { epoch: revision.epoch, root: root.epoch };
    throw new SluiceError('ROLLED_BACK', 'the bundle is of another epoch than the root document', { facts });
  }
}

function checkOrder(next: VerifiedBundle['mark'], mark: VerifiedBundle['mark'] | null, minimum: number): void {
  const facts = { generation: next.generation, epoch: next.epoch, mark };
  if (mark === null) {
    if (next.generation >= minimum) return;
    throw new SluiceError('ROLLED_BACK', 'the bundle is older than the join line allows', {
      facts: { ...facts, minimum },
    });
  }
  if (next.epoch > mark.epoch) return;
  if (next.epoch < mark.epoch || next.generation < mark.generation) {
    throw new SluiceError('ROLLED_BACK', 'the bundle is older than the one that was accepted', { facts });
  }
  if (next.generation - mark.generation > maxJump) {
    throw new SluiceError('WIRE_INVALID', 'the generation jumps by more than a million', { facts });
  }
  if (next.generation === mark.generation && next.revisionDigest !== mark.revisionDigest) {
    throw new SluiceError('FORK_DETECTED', 'the hub signed two bundles of one generation', { facts });
  }
}

/** Checks names, counts and digests; an application that the last bundle had unchanged was checked then. */
function checkCounts(revision: Revision, unchanged: ReadonlySet<BundleApp>): void {
  const { check, checkApp, hasDocuments } = formats.revision.at(revision.format);
  check(revision);
  const seen = { ids: new Set<string>(), paths: new Set<string>() };
  const apps = new Set<string>();
  for (const app of revision.apps) {
    if (apps.has(appKey(app)))
      throw new SluiceError('WIRE_INVALID', 'an application comes twice', { subject: appKey(app) });
    apps.add(appKey(app));
    const isKnown = unchanged.has(app);
    checkNames(app, seen, isKnown);
    if (isKnown) continue;
    if (!hasDocuments) checkReferences(app);
    checkApp(app);
  }
}

/** An approval names what it approves; where the root document has approvers, enough of them signed it. */
function checkApproval(approval: Approval, revision: Head, root: Root): void {
  const { channel, registration } = revision;
  const { change, generation, ids } = approval;
  if (changeDigest({ channel, registration, generation, ids }) !== change) {
    throw new SluiceError('DIGEST_MISMATCH', 'an approval is not for the change that it names', { subject: change });
  }
  const { keys, threshold } = root.approvers;
  if (threshold === 0) return;
  const { signatures, ...payload } = approval;
  const signed = signatures === undefined ? 0 : countSigners(payloadTypes.approval, encode(payload), signatures, keys);
  if (signed < threshold)
    throw new SluiceError('SIGNATURE_INVALID', 'no approver signed this approval', { subject: change });
}

function checkRetired(revision: Head): void {
  const approved = new Map(revision.approvals.map(({ change, ids }) => [change, new Set(ids)]));
  const seen = new Set<string>();
  for (const { id, approval } of revision.retired) {
    if (seen.has(id)) throw new SluiceError('WIRE_INVALID', 'an object is retired twice', { subject: id });
    seen.add(id);
    if (approval !== undefined && approved.get(approval)?.has(id) !== true) {
      throw new SluiceError('WIRE_INVALID', 'a retired object names an approval that is not for it', { subject: id });
    }
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
