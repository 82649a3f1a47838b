import { SluiceError } from '../../../shared/errors.ts';
import { digestOf, type Digest } from '../../../shared/lib/canonical.ts';
import { inSlices, startSlices, unitsOfBytes, type Work } from '../../../shared/lib/slices.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { appDigest, appKey, bundleDigest, bundleObjects, changeDigest } from '../../../shared/wire/bundle.ts';
import { bundleLimits } from '../../../shared/model/limits.ts';
import { encode } from '../../../shared/wire/codec.ts';
import { countSigners, parseSignatures, payloadTypes } from '../../../shared/wire/envelope.ts';
import { revisionPath } from '../../../shared/wire/layout.ts';
import type { Approval } from '../../../shared/wire/approval.ts';
import type { BundleApp, BundleObject, Revision } from '../../../shared/wire/revision.ts';
import { formats } from '../../../shared/wire/formats.ts';
import type { Root } from '../../../shared/wire/root.ts';
import type { ChannelSnapshot, TrustState, VerifiedBundle } from '../../model/bundle.ts';
import type { Identity } from '../../model/site.ts';
import { freshUntil, verifyFreshness } from './freshness.ts';
import { checkedObject, checkedText, checkNames, checkPointers, proofKey } from './objects.ts';
import { verifyRoots } from './roots.ts';

/** What a bundle is checked against: who this agent is, what it trusts already, and the time. */
export interface VerifyInput {
  readonly snapshot: ChannelSnapshot;
  readonly identity: Identity;
  readonly trust: TrustState;
  /** Milliseconds since the epoch, as this machine's clock says. */
  readonly now: number;
}

const hour = 3_600_000;
const maxJump = 1_000_000;

/**
 * Accepts a bundle by every rule of channel.md, or throws a coded error: nothing else in the agent decides what to trust.
 * A bundle that is only stale is accepted and says so.
 */
export async function verify({ snapshot, identity, trust, now }: VerifyInput): Promise<VerifiedBundle> {
  const root = verifyRoots(snapshot.roots, identity, trust.rootVersion);
  const revision = verifyEnvelope(snapshot, root, trust.previous);
  const revisionDigest = digestOf(snapshot.revision.payload);
  const mark = { epoch: revision.epoch, generation: revision.generation, revisionDigest };
  checkAddressee(revision, identity, root);
  checkOrder(mark, trust.mark, identity.minimumGeneration);
  const unchanged = new Set(trust.previous?.revision.apps);
  checkCounts(revision, unchanged);
  revision.approvals.forEach((approval) => checkApproval(approval, revision, root));
  checkRetired(revision);
  const texts = await verifyObjects(snapshot, revision, { previous: trust.previous, unchanged });

  const list = verifyFreshness(snapshot.freshness, root, revision.registration);
  const issuedAt = Date.parse(revision.issuedAt);
  const clockSkew = issuedAt > now + hour;
  const until = freshUntil(revision.freshUntil, list, { registration: revision.registration, revisionDigest });
  const accepted = {
    mark,
    revision,
    envelope: { payload: textOf(snapshot.revision.payload), signatures: textOf(snapshot.revision.signatures) },
    files: { roots: snapshot.roots, freshness: snapshot.freshness },
    rootVersion: root.version,
    fresh: Math.max(now, trust.timeFloor) <= until,
    freshUntil: until,
    issuedAt: clockSkew ? trust.timeFloor : issuedAt,
    clockSkew,
    freshness: list,
    objectText: (digest: Digest) => texts.get(digest) ?? null,
  } satisfies Partial<VerifiedBundle>;
  // The one place where the brand is given.
  return accepted as VerifiedBundle;
}

function verifyEnvelope({ revision: file }: ChannelSnapshot, root: Root, previous: VerifiedBundle | null): Revision {
  const sigs = parseSignatures(file.signatures);
  if (countSigners(payloadTypes.revision, file.payload, sigs, root.hubs.keys) === 0) {
    throw new SluiceError('SIGNATURE_INVALID', 'no hub key of the root document signed this bundle', {
      subject: revisionPath,
    });
  }
  return formats.revision.decode(file.payload, revisionPath, previous?.revision);
}

function checkAddressee(revision: Revision, identity: Identity, root: Root): void {
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

/** Checks names, counts and digests of the envelope; an application that the last bundle had unchanged was checked then. */
function checkCounts(revision: Revision, unchanged: ReadonlySet<BundleApp>): void {
  const objects = bundleObjects(revision);
  if (revision.bundle.objects > bundleLimits.objects || revision.bundle.bytes > bundleLimits.bytes) {
    throw new SluiceError('LIMIT_EXCEEDED', 'the bundle is too large', { subject: revisionPath });
  }
  if (objects.length !== revision.bundle.objects)
    throw mismatch('the bundle has another number of objects than its envelope states');
  if (bundleDigest(objects) !== revision.bundle.digest)
    throw mismatch('the bundle has another digest than its envelope states');
  const seen = { ids: new Set<string>(), paths: new Set<string>() };
  const apps = new Set<string>();
  for (const app of revision.apps) {
    if (apps.has(appKey(app)))
      throw new SluiceError('WIRE_INVALID', 'an application comes twice', { subject: appKey(app) });
    apps.add(appKey(app));
    checkNames(app, seen, unchanged.has(app));
    if (!unchanged.has(app) && appDigest(app) !== app.digest)
      throw mismatch('an application has another digest than its envelope states', appKey(app));
  }
}

/** An approval names what it approves; where the root document has approvers, enough of them signed it. */
function checkApproval(approval: Approval, revision: Revision, root: Root): void {
  const { channel, registration } = revision;
  const { change, generation, ids } = approval;
  if (changeDigest({ channel, registration, generation, ids }) !== change) {
    throw mismatch('an approval is not for the change that it names', change);
  }
  const { keys, threshold } = root.approvers;
  if (threshold === 0) return;
  const { signatures, ...payload } = approval;
  const signed = signatures === undefined ? 0 : countSigners(payloadTypes.approval, encode(payload), signatures, keys);
  if (signed < threshold)
    throw new SluiceError('SIGNATURE_INVALID', 'no approver signed this approval', { subject: change });
}

function checkRetired(revision: Revision): void {
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

interface Proved {
  readonly previous: VerifiedBundle | null;
  /** The applications of the bundle before. */
  readonly unchanged: ReadonlySet<BundleApp>;
}

/** The checked text of every object by digest. What the bundle before this one proved is not proved again. */
async function verifyObjects(
  snapshot: ChannelSnapshot,
  revision: Revision,
  { previous, unchanged }: Proved,
): Promise<ReadonlyMap<Digest, string>> {
  const texts = new Map<Digest, string>();
  const same = new Set(revision.apps);
  const others = previous?.revision.apps.filter((app) => !same.has(app)) ?? [];
  const proved = new Set(others.flatMap(({ objects }) => objects.map(proofKey)));
  // A large bundle is proved in slices: the Lease and the watches go on meanwhile.
  const slices = startSlices();
  let bytes = 0;
  for (const app of revision.apps) {
    for (const object of app.objects) {
      const kept = unchanged.has(app) ? previous?.objectText(object.digest) : null;
      const text = kept ?? (await readText(snapshot, object, previous));
      texts.set(object.digest, text);
      bytes += Buffer.byteLength(text);
      await slices.spend(typeof kept === 'string' ? 0 : unitsOfBytes(text.length));
      if (bytes > revision.bundle.bytes) throw mismatch('the bundle is larger than its envelope states');
    }
    if (!unchanged.has(app)) await inSlices(checkingObjects(app, texts, proved), slices);
  }
  if (bytes !== revision.bundle.bytes) throw mismatch('the bundle has another size than its envelope states');
  return texts;
}

function* checkingObjects(app: BundleApp, texts: ReadonlyMap<Digest, string>, proved: ReadonlySet<string>): Work<void> {
  const parsed = new Map<string, KubeObject>();
  for (const object of app.objects) {
    const { id, digest } = object;
    if (proved.has(proofKey(object))) continue;
    const text = texts.get(digest) ?? '';
    parsed.set(id, checkedObject(id, text));
    yield unitsOfBytes(text.length);
  }
  const digests = new Map(app.objects.map(({ id, digest }) => [id, digest]));
  const textOf = (id: string) => texts.get(digests.get(id) ?? 'sha256:') ?? '';
  checkPointers(app, (id) => parsed.get(id) ?? checkedObject(id, textOf(id)));
}

async function readText(
  snapshot: ChannelSnapshot,
  object: BundleObject,
  previous: VerifiedBundle | null,
): Promise<string> {
  const bytes = await snapshot.object(object.path, object.digest);
  if (bytes !== null) return checkedText(object, bytes);
  const text = previous?.objectText(object.digest);
  if (text !== null && text !== undefined) return text;
  throw mismatch('an object of the bundle is missing', object.id);
}

function mismatch(message: string, subject: string = revisionPath): SluiceError {
  return new SluiceError('DIGEST_MISMATCH', message, { subject });
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
