import { describe, expect, it } from 'vitest';
import { verify } from '../../../../../agent/channel/verify/verify.ts';
import type { ChannelSnapshot } from '../../../../../agent/model/bundle.ts';
import type { TrustState } from '../../../../../agent/model/bundle.ts';
import { isSluiceError, type Code } from '../../../../../shared/errors.ts';
import { digestOf } from '../../../../../shared/lib/canonical.ts';
import { idOf, type KubeObject } from '../../../../../shared/model/object.ts';
import { bundleDigest, changeDigest } from '../../../../../shared/wire/bundle.ts';
import { encode } from '../../../../../shared/wire/codec.ts';
import { payloadTypes, type SignedBytes, type Signer } from '../../../../../shared/wire/envelope.ts';
import type { Approval } from '../../../../../shared/wire/approval.ts';
import type { Revision } from '../../../../../shared/wire/revision.ts';
import * as made from '../../../../fixtures/agent/bundle.ts';

const { keys, goodBundle, signed, identity, noon } = made;
const nothing: TrustState = { mark: null, rootVersion: 0, timeFloor: 0, previous: null };

const read = (snapshot: ChannelSnapshot, trust: Partial<TrustState> = {}, now = noon) =>
  verify({ snapshot, identity, trust: { ...nothing, ...trust }, now });

const codeOf = async (snapshot: ChannelSnapshot, trust: Partial<TrustState> = {}): Promise<Code | 'accepted'> => {
  try {
    await read(snapshot, trust);
    return 'accepted';
  } catch (error) {
    if (isSluiceError(error)) return error.code;
    throw error;
  }
};

const good = goodBundle();
const snapshot = made.snapshotOf({ revision: good.signed, files: good.files });
const mark = { epoch: 1, generation: 7, revisionDigest: digestOf(good.signed.payload) };

/** A bundle that the hub signed although it breaks a rule. */
const forged = (change: Partial<Revision>, signer: Signer = keys.hub) => {
  const revision = { ...good.revision, ...change };
  return made.snapshotOf({ revision: signed(payloadTypes.revision, revision, signer), files: good.files });
};

/** A bundle whose objects break a rule while digests and counts are right. */
const forgedApp = (objects: readonly KubeObject[], change: Parameters<typeof made.appOf>[1] = {}) => {
  const files = made.objectFiles(objects);
  const revision = made.revisionOf([made.appOf(objects, change)], files);
  return made.snapshotOf({ revision: signed(payloadTypes.revision, revision, keys.hub), files });
};

const withRoots = (...roots: readonly SignedBytes[]) =>
  made.snapshotOf({ revision: good.signed, files: good.files, roots });
const secondRoot = (change = {}, ...signers: readonly Signer[]) =>
  signed(
    payloadTypes.root,
    made.rootDocument({ version: 2, roots: { keys: [keys.nextRoot.publicKey], threshold: 1 }, ...change }),
    ...(signers.length === 0 ? [keys.root, keys.nextRoot] : signers),
  );

const { deployment, service, route } = made;
const all = [deployment, service, route];
const plain = { replicas: [], traffic: [], revisions: [] };

describe('a good bundle', () => {
  it('is accepted with its mark, its envelope and the texts of its objects', async () => {
    const bundle = await read(snapshot);
    expect(bundle.mark).toEqual(mark);
    expect(bundle.fresh).toBe(true);
    expect(bundle.rootVersion).toBe(1);
    expect(bundle.issuedAt).toBe(Date.parse(good.revision.issuedAt));
    expect(bundle.envelope.payload).toBe(Buffer.from(good.signed.payload).toString());
    const [first] = good.revision.apps[0]!.objects;
    expect(JSON.parse(bundle.objectText(first!.digest) ?? '')).toEqual(deployment);
  });

  it('is accepted again under its own mark, and after a mark below it', async () => {
    expect(await codeOf(snapshot, { mark })).toBe('accepted');
    const older = { epoch: 1, generation: 3, revisionDigest: digestOf('older') };
    expect(await codeOf(snapshot, { mark: older })).toBe('accepted');
  });

  it('takes objects that the transport left out from the bundle before it, and from nowhere else', async () => {
    const previous = await read(snapshot);
    const bare: ChannelSnapshot = { ...snapshot, object: () => Promise.resolve(null) };
    expect(await codeOf(bare, { previous })).toBe('accepted');
    expect(await codeOf(bare)).toBe('DIGEST_MISMATCH');
  });
});

describe('one forged bundle per rule', () => {
  const cases: [rule: string, bundle: ChannelSnapshot, code: Code, trust?: Partial<TrustState>][] = [
    [
      'signed by nobody',
      made.snapshotOf({ revision: signed(payloadTypes.revision, good.revision), files: good.files }),
      'SIGNATURE_INVALID',
    ],
    ['signed by a stranger', forged({}, keys.stranger), 'SIGNATURE_INVALID'],
    ['signed by the root key instead of a hub key', forged({}, keys.root), 'SIGNATURE_INVALID'],
    [
      'signed for another purpose',
      made.snapshotOf({ revision: signed(payloadTypes.report, good.revision, keys.hub), files: good.files }),
      'SIGNATURE_INVALID',
    ],
    [
      'without readable signatures',
      made.snapshotOf({ revision: { ...good.signed, signatures: Buffer.from('{') }, files: good.files }),
      'SIGNATURE_INVALID',
    ],
    ['of another channel', forged({ channel: made.registrationId }), 'WRONG_ADDRESSEE'],
    ['for another registration', forged({ registration: made.channelId }), 'WRONG_ADDRESSEE'],
    ['for another cluster', forged({ cluster: 'edge-10' }), 'WRONG_ADDRESSEE'],
    ['of another epoch than the root', forged({ epoch: 2 }), 'ROLLED_BACK'],
    ['below the join line', forged({ generation: 0 }), 'ROLLED_BACK'],
    ['below the mark', forged({ generation: 6 }), 'ROLLED_BACK', { mark }],
    ['of a lower epoch than the mark', snapshot, 'ROLLED_BACK', { mark: { ...mark, epoch: 2 } }],
    ['a second one of the same generation', forged({ ledger: 99 }), 'FORK_DETECTED', { mark }],
    ['a jump of more than a million', forged({ generation: 1_000_008 }), 'WIRE_INVALID', { mark }],
    ['with a member that nobody knows', forged({ extra: true } as Partial<Revision>), 'WIRE_INVALID'],
    ['with a wrong count', forged({ bundle: { ...good.revision.bundle, objects: 2 } }), 'DIGEST_MISMATCH'],
    ['with a wrong size', forged({ bundle: { ...good.revision.bundle, bytes: 1 } }), 'DIGEST_MISMATCH'],
    ['larger than it says', forged({ bundle: { ...good.revision.bundle, bytes: 100_000 } }), 'DIGEST_MISMATCH'],
    ['above the limits', forged({ bundle: { ...good.revision.bundle, bytes: 9_000_000 } }), 'LIMIT_EXCEEDED'],
    [
      'with a wrong bundle digest',
      forged({ bundle: { ...good.revision.bundle, digest: digestOf('x') } }),
      'DIGEST_MISMATCH',
    ],
    [
      'with a wrong application digest',
      forged({ apps: [{ ...good.revision.apps[0]!, digest: digestOf('x') }] }),
      'DIGEST_MISMATCH',
    ],
    [
      'with an application twice',
      forged({ apps: [{ ...good.revision.apps[0]!, objects: [] }, good.revision.apps[0]!] }),
      'WIRE_INVALID',
    ],
    ['with an object twice', forgedApp([...all, service]), 'WIRE_INVALID'],
    ['with a file that is missing', made.snapshotOf({ revision: good.signed, files: new Map() }), 'DIGEST_MISMATCH'],
    [
      'with two files swapped',
      made.snapshotOf({ revision: good.signed, files: swapped(good.files) }),
      'DIGEST_MISMATCH',
    ],
    [
      'with an object at another path',
      withObjects((app) => ({
        ...app,
        objects: app.objects.map((object) => ({ ...object, path: `${object.path}x` })),
      })),
      'WIRE_INVALID',
    ],
    ['with an object of another kind than its id', relabelled('apps/StatefulSet/shop/web-v1'), 'WIRE_INVALID'],
    ['with an object of another group than its id', relabelled('extensions/Deployment/shop/web-v1'), 'WIRE_INVALID'],
    ['with an object of another namespace than its id', relabelled('apps/Deployment/other/web-v1'), 'WIRE_INVALID'],
    ['with an object of another name than its id', relabelled('apps/Deployment/shop/web-v2'), 'WIRE_INVALID'],
    [
      'with a pointer that leads nowhere',
      forgedApp(all, { replicas: [{ id: idOf(deployment), pointer: '/spec/none/replicas', value: 1 }] }),
      'WIRE_INVALID',
    ],
    [
      'with a pointer to a text',
      forgedApp(all, {
        replicas: [{ id: idOf(deployment), pointer: '/spec/template/spec/containers/0/image', value: 1 }],
      }),
      'WIRE_INVALID',
    ],
    [
      'with replicas of an object it does not have',
      forgedApp([service], { ...plain, replicas: [{ id: idOf(deployment), pointer: '/spec/replicas', value: 1 }] }),
      'WIRE_INVALID',
    ],
    [
      'with a revision of an object it does not have',
      forgedApp([service], { ...plain, revisions: [{ name: 'web-v1', objects: [idOf(deployment)] }] }),
      'WIRE_INVALID',
    ],
    [
      'with an id retired twice',
      forged({
        retired: [
          { id: 'a/B/c/d', since: 1 },
          { id: 'a/B/c/d', since: 2 },
        ],
      }),
      'WIRE_INVALID',
    ],
    [
      'with an approval for another change',
      forged({ approvals: [approval({ ids: ['a/B/c/other'] })] }),
      'DIGEST_MISMATCH',
    ],
    [
      'with a retired id that names the approval of another one',
      forged({
        approvals: [approval({})],
        retired: [{ id: 'a/B/c/other', since: 1, approval: approval({}).change }],
      }),
      'WIRE_INVALID',
    ],
    [
      'with a retired id that names no approval',
      forged({ retired: [{ id: 'a/B/c/d', since: 1, approval: digestOf('none') }] }),
      'WIRE_INVALID',
    ],
    ['without any root', withRoots(), 'ROOT_INVALID'],
    [
      'with another first root',
      withRoots(signed(payloadTypes.root, made.rootDocument({ epoch: 3 }), keys.root)),
      'ROOT_INVALID',
    ],
    [
      'with a successor that the old keys did not sign',
      withRoots(made.firstRoot, secondRoot({}, keys.nextRoot)),
      'ROOT_INVALID',
    ],
    [
      'with a successor that its own keys did not sign',
      withRoots(made.firstRoot, secondRoot({}, keys.root)),
      'ROOT_INVALID',
    ],
    ['with a successor that skips a version', withRoots(made.firstRoot, secondRoot({ version: 3 })), 'ROOT_INVALID'],
    ['with a successor of a lower epoch', withRoots(made.firstRoot, secondRoot({ epoch: 0 })), 'ROOT_INVALID'],
    [
      'with a successor of another channel',
      withRoots(made.firstRoot, secondRoot({ channel: made.registrationId })),
      'ROOT_INVALID',
    ],
    [
      'with a successor that needs no signature',
      withRoots(made.firstRoot, secondRoot({ roots: { keys: [], threshold: 0 } })),
      'ROOT_INVALID',
    ],
    ['with a chain shorter than the one held', snapshot, 'ROLLED_BACK', { rootVersion: 2 }],
    [
      'with a hub key that the newest root dropped',
      withRoots(made.firstRoot, secondRoot({ hubs: { keys: [keys.stranger.publicKey] } })),
      'SIGNATURE_INVALID',
    ],
  ];

  it.each(cases)('refuses a bundle %s', async (_, bundle, code, trust) => {
    expect(await codeOf(bundle, trust)).toBe(code);
  });

  // Files of an application that says the same as before are not read again, so that nothing can be wrong with them.
  const lasting = cases.filter(([rule]) => !['with a file that is missing', 'with two files swapped'].includes(rule));
  it.each(lasting)('refuses a bundle %s after a good one, too', async (_, bundle, code, trust) => {
    const previous = await read(made.snapshotOf({ revision: good.signed, files: good.files }));
    expect(await codeOf(bundle, { ...trust, previous })).toBe(code);
  });

  it('refuses an id that an application takes from one that was verified before', async () => {
    const previous = await read(snapshot);
    const [known] = good.revision.apps;
    const thief = made.appOf([service], { ...plain, namespace: 'a', name: 'first' });
    const bundle = forged({
      apps: [thief, known!],
      bundle: { ...good.revision.bundle, digest: bundleDigest([...thief.objects, ...known!.objects]), objects: 4 },
    });
    expect(await codeOf(bundle, { previous })).toBe('WIRE_INVALID');
  });

  it('takes a root document that the old and the new keys signed', async () => {
    const bundle = await read(withRoots(made.firstRoot, secondRoot()));
    expect(bundle.rootVersion).toBe(2);
  });

  it('starts a new epoch at any generation, by a root document alone', async () => {
    const next = goodBundle({ epoch: 2, generation: 2 });
    const roots = [made.firstRoot, secondRoot({ epoch: 2 })];
    expect(await codeOf(made.snapshotOf({ revision: next.signed, files: next.files, roots }), { mark })).toBe(
      'accepted',
    );
    expect(await codeOf(made.snapshotOf({ revision: next.signed, files: next.files }), { mark })).toBe('ROLLED_BACK');
  });
});

describe('approvals', () => {
  const approvers = { keys: [keys.approver.publicKey], threshold: 1 };
  const approved = (signer: Signer | null) => {
    const bare = approval({});
    const signatures = signer?.sign(payloadTypes.approval, encode(bare));
    const change = {
      approvals: [signatures === undefined ? bare : { ...bare, signatures }],
      retired: [{ id: 'a/B/c/d', since: 1, approval: bare.change }],
    };
    const bundle = goodBundle(change);
    return made.snapshotOf({
      revision: bundle.signed,
      files: bundle.files,
      roots: [made.firstRoot, secondRoot({ approvers })],
    });
  };

  it('need no signature where the root has no approvers', async () => {
    expect(await codeOf(forged({ approvals: [approval({})] }))).toBe('accepted');
  });

  it.each([
    ['an approver signed', keys.approver, 'accepted'],
    ['nobody signed', null, 'SIGNATURE_INVALID'],
    ['only the hub signed', keys.hub, 'SIGNATURE_INVALID'],
  ])('where the root has approvers and %s: %#', async (_, signer, code) => {
    expect(await codeOf(approved(signer))).toBe(code);
  });
});

describe('freshness', () => {
  const stale = goodBundle({ freshUntil: '2026-06-01T11:30:00.000Z' });
  const digest = digestOf(stale.signed.payload);
  const withList = (list: SignedBytes | null) =>
    made.snapshotOf({ revision: stale.signed, files: stale.files, freshness: list });
  const list = (change = {}, signer = keys.hub) =>
    signed(payloadTypes.freshness, made.freshnessOf(digest, change), signer);

  it.each([
    ['its time is over and there is no list', null, false],
    ['a current list names it', list(), true],
    ['the list has run out', list({ freshUntil: '2026-06-01T11:59:59.000Z' }), false],
    ['the list names another bundle', list({ current: [digestOf('other')] }), false],
    ['the list is of another epoch', list({ epoch: 2 }), false],
  ] as const)('where %s, fresh is decided rightly', async (_, file, fresh) => {
    const bundle = await read(withList(file));
    expect(bundle.fresh).toBe(fresh);
  });

  it.each([
    ['signed by a stranger', list({}, keys.stranger), 'SIGNATURE_INVALID'],
    ['of another shard', list({ shard: '00' }), 'WRONG_ADDRESSEE'],
    ['of another channel', list({ channel: made.registrationId }), 'WRONG_ADDRESSEE'],
  ] as const)('refuses a list %s', async (_, file, code) => {
    expect(await codeOf(withList(file))).toBe(code);
  });

  it('takes the time floor for the time when the clock went back', async () => {
    const bundle = await read(snapshot, { timeFloor: Date.parse('2026-06-05T00:00:00Z') });
    expect(bundle.fresh).toBe(false);
  });

  it('accepts a bundle from the future without raising the floor', async () => {
    const bundle = await read(snapshot, { timeFloor: 42 }, Date.parse('2026-06-01T09:59:00Z'));
    expect(bundle).toMatchObject({ issuedAt: 42, fresh: true });
  });
});

describe('any flipped byte', () => {
  it('in any file is refused', async () => {
    const files = [...good.files.keys()];
    const roles = ['root', 'rootSignature', 'revision', 'signature', ...files];
    const accepted: string[] = [];
    let tried = 0;
    for (const role of roles) {
      for (let at = 0; at < sizeOf(role); at += 7) {
        tried += 1;
        if ((await codeOf(flipped(role, at))) === 'accepted') accepted.push(`${role}@${at}`);
      }
    }
    expect(tried).toBeGreaterThan(300);
    expect(accepted).toEqual([]);
  });

  const parts = {
    root: made.firstRoot.payload,
    rootSignature: made.firstRoot.signatures,
    revision: good.signed.payload,
    signature: good.signed.signatures,
  };
  const sizeOf = (role: string) =>
    new Map<string, Uint8Array>([...Object.entries(parts), ...good.files]).get(role)!.byteLength;
  const flipped = (role: string, at: number): ChannelSnapshot => {
    const flip = (name: string, bytes: Uint8Array): Uint8Array => {
      if (name !== role) return bytes;
      const copy = Buffer.from(bytes);
      copy[at] = (copy[at] ?? 0) ^ 1;
      return copy;
    };
    const { root, rootSignature, revision, signature } = parts;
    return made.snapshotOf({
      roots: [{ payload: flip('root', root), signatures: flip('rootSignature', rootSignature) }],
      revision: { payload: flip('revision', revision), signatures: flip('signature', signature) },
      files: new Map([...good.files].map(([path, bytes]) => [path, flip(path, bytes)])),
    });
  };
});

function swapped(files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const entries = [...files];
  return new Map(entries.map(([path], index) => [path, entries[(index + 1) % entries.length]![1]]));
}

function withObjects(change: (app: Revision['apps'][number]) => Revision['apps'][number]): ChannelSnapshot {
  const app = change(good.revision.apps[0]!);
  const files = new Map(app.objects.map(({ path }, index) => [path, [...good.files.values()][index]!]));
  const digested = made.appOf(all, { objects: app.objects });
  const revision = made.revisionOf([digested], files);
  return made.snapshotOf({ revision: signed(payloadTypes.revision, revision, keys.hub), files });
}

/** The Deployment's file under an id that it does not have, at the path of that id. */
function relabelled(id: string): ChannelSnapshot {
  const [group = '', kind = '', namespace = '', name = ''] = id.split('/');
  const labelled: KubeObject = { ...deployment, apiVersion: `${group}/v1`, kind, metadata: { name, namespace } };
  const [entry] = made.appOf([labelled], plain).objects;
  const content = encode(deployment);
  const files = new Map([[entry!.path, content]]);
  const app = made.appOf([labelled], { ...plain, objects: [{ ...entry!, digest: digestOf(content) }] });
  return made.snapshotOf({ revision: signed(payloadTypes.revision, made.revisionOf([app], files), keys.hub), files });
}

function approval(change: { readonly ids?: readonly string[] }): Approval {
  const named = { channel: made.channelId, registration: made.registrationId, generation: 5, ids: ['a/B/c/d'] };
  return {
    change: changeDigest(named),
    generation: 5,
    ids: [...(change.ids ?? named.ids)],
    by: 'ops@example.com',
    at: '2026-06-01T10:00:00.000Z',
  };
}
