import { describe, expect, it } from 'vitest';
import { withChanges } from '../../../../hub/model/changes.ts';
import { approve, enrol, hasLeft, remove, revoke, setLabels } from '../../../../hub/registry/change.ts';
import { join, type JoinRequest } from '../../../../hub/registry/join.ts';
import { targetsOf } from '../../../../hub/registry/targets.ts';
import type { Cluster } from '../../../../hub/model/documents.ts';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { registrationOf } from '../../../fixtures/hub/facts.ts';
import { enrolledCluster, published, reportOf, stateOf } from '../../../fixtures/hub/status.ts';

const mint = {
  registration: registrationOf('fresh'),
  token: { publicKey: 'T'.repeat(43), expires: '2026-03-01T13:00:00.000Z' },
  now: '2026-03-01T12:00:00.000Z',
};
const ask = (name: string, more: Partial<JoinRequest> = {}): JoinRequest => ({
  name,
  labels: null,
  capabilities: null,
  reports: true,
  replace: false,
  rekey: false,
  ...more,
});
const bundled = published('a', []);

describe('join', () => {
  it('registers a new cluster from generation 1 on', () => {
    const { changes, result } = join(stateOf([]), ask('new', { labels: { env: 'prod' } }), mint);
    expect(result).toMatchObject({ minimumGeneration: 1, record: { registration: mint.registration, agentKey: null } });
    expect(withChanges(stateOf([]), changes).clusters.get('new')).toMatchObject({
      labels: { env: 'prod' },
      token: mint.token,
    });
  });

  it('opens a new token for a cluster whose agent never came, and keeps its registration', () => {
    const kept = { capabilities: { istio: true }, labels: { env: 'prod' } };
    const waiting = enrolledCluster('a', { agentKey: null, ...kept });
    const { result } = join(stateOf([waiting], [bundled]), ask('a'), mint);
    expect(result.record).toMatchObject({
      registration: waiting.registration,
      token: mint.token,
      ...kept,
    });
    expect(result.minimumGeneration).toBe(7);
  });

  it('takes no capability away from what runs: what is declared anew is judged by the next pass', () => {
    const waiting = enrolledCluster('a', { agentKey: null, capabilities: { istio: true } });
    const { result } = join(stateOf([waiting], [bundled]), ask('a', { capabilities: { ingress: true } }), mint);
    expect(result.record).toMatchObject({ capabilities: { istio: true }, declared: { ingress: true } });
  });

  it('refuses the name of a cluster that has an agent', () => {
    expect(() => join(stateOf([enrolledCluster('a')]), ask('a'), mint)).toThrow(
      expect.objectContaining({ code: 'EXISTS' }),
    );
  });

  it('gives a replaced cluster a new registration, above all that the old one was sent', () => {
    const { result } = join(stateOf([enrolledCluster('a')], [bundled]), ask('a', { replace: true }), mint);
    expect(result).toMatchObject({ minimumGeneration: 8, record: { registration: mint.registration, agentKey: null } });
  });

  it.each<[what: string, known: Partial<ClusterRecord>, request: Partial<JoinRequest>, kept: Partial<ClusterRecord>]>([
    ['its labels', { labels: { env: 'prod' } }, { replace: true }, { labels: { env: 'prod' } }],
    ['no label where others are given', { labels: { env: 'prod' } }, { replace: true, labels: {} }, { labels: {} }],
    [
      'what was declared for it',
      { declared: { istio: true } },
      { replace: true },
      { declared: { istio: true }, capabilities: { istio: true } },
    ],
    [
      'its labels after a revocation',
      { labels: { a: 'b' }, agentKey: null, revoked: true },
      {},
      { labels: { a: 'b' } },
    ],
  ])('keeps of a replaced cluster %s', (_, known, request, kept) => {
    const { record } = join(stateOf([enrolledCluster('a', known)]), ask('a', request), mint).result;
    expect(record).toMatchObject({ ...kept, registration: mint.registration, revoked: false });
  });

  it('lets the same cluster in again with a new key: the registration and the old key stay until then', () => {
    const known = enrolledCluster('a', { labels: { env: 'prod' }, declared: { istio: true }, reports: false });
    const { result } = join(stateOf([known], [bundled]), ask('a', { rekey: true }), mint);
    expect(result).toEqual({ record: { ...known, token: mint.token }, minimumGeneration: 7 });
  });

  it('never lets the key of a revoked agent in again', () => {
    const known = enrolledCluster('a', { revoked: true, decommission: 'orphan' });
    const { record } = join(stateOf([known]), ask('a', { rekey: true }), mint).result;
    expect(record).toEqual({ ...known, agentKey: null, revoked: false, decommission: null, token: mint.token });
  });

  it.each<[what: string, request: JoinRequest, code: string]>([
    ['a cluster that is not registered', ask('b', { rekey: true }), 'REFERENCE_NOT_FOUND'],
    ['a registration that is given up', ask('a', { rekey: true, replace: true }), 'USAGE'],
  ])('has no new key for %s', (_, request, code) => {
    expect(() => join(stateOf([enrolledCluster('a')]), request, mint)).toThrow(expect.objectContaining({ code }));
  });

  it('gives a revoked cluster that never had an agent a new registration, too', () => {
    const revoked = enrolledCluster('a', { agentKey: null, revoked: true });
    expect(join(stateOf([revoked]), ask('a'), mint).result.record).toMatchObject({
      registration: mint.registration,
      revoked: false,
    });
  });

  it.each(['', 'A', 'a_b', '-a', 'a.b', 'x'.repeat(64)])('refuses %j as a name', (name) => {
    expect(() => join(stateOf([]), ask(name), mint)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
  });

  it('leaves site labels to the site', () => {
    const labels = { 'site.sluice.dev/room': '1' };
    expect(() => join(stateOf([]), ask('a', { labels }), mint)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});

describe('changes of a registered cluster', () => {
  const state = stateOf([enrolledCluster('a', { labels: { env: 'prod', old: '1' } })], [bundled]);

  it('sets and removes labels', () => {
    expect(setLabels(state, 'a', { env: 'test', old: null, more: '2' }).result.labels).toEqual({
      env: 'test',
      more: '2',
    });
  });

  it('says which cluster it does not know', () => {
    expect(() => revoke(state, 'b')).toThrow(expect.objectContaining({ code: 'REFERENCE_NOT_FOUND' }));
  });

  const [key, otherKey, oldToken] = ['K'.repeat(43), 'L'.repeat(43), 'O'.repeat(43)];
  const request = { registration: registrationOf('a'), publicKey: key, token: mint.token.publicKey };
  const issued = Date.parse(mint.now);

  it('takes one agent key, the same again, and no other', () => {
    const open = stateOf([enrolledCluster('a', { agentKey: null, token: mint.token })]);
    const first = enrol(open, request, issued);
    expect(first.result).toMatchObject({ agentKey: key, token: null });
    const enrolled = withChanges(open, first.changes);
    expect(enrol(enrolled, { ...request, token: null }, issued).changes).toEqual({});
    expect(() => enrol(enrolled, { ...request, publicKey: otherKey }, issued)).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
  });

  it('takes a new agent key in place of the old one where a token is open for it, and closes the token', () => {
    const known = enrolledCluster('a', { agentKey: otherKey, token: mint.token });
    expect(enrol(stateOf([known]), request, issued).result).toEqual({ ...known, agentKey: key, token: null });
    expect(enrol(stateOf([known]), { ...request, publicKey: otherKey }, issued).result.token).toBeNull();
  });

  it.each<[what: string, record: Partial<ClusterRecord>, code: string]>([
    ['replaced', { token: { ...mint.token, publicKey: oldToken } }, 'UNAUTHENTICATED'],
    ['of a registration that the name no longer has', { registration: registrationOf('b') }, 'UNAUTHENTICATED'],
    ['withdrawn', { token: null }, 'UNAUTHENTICATED'],
    ['used by another agent', { token: null, agentKey: otherKey }, 'FORBIDDEN'],
    ['revoked', { revoked: true }, 'REVOKED'],
    ['expired', { token: { ...mint.token, expires: mint.now } }, 'TOKEN_EXPIRED'],
    ['expired, for a second key', { agentKey: otherKey, token: { ...mint.token, expires: mint.now } }, 'TOKEN_EXPIRED'],
  ])('takes no key for a token that is %s by now', (_, record, code) => {
    const now = stateOf([enrolledCluster('a', { agentKey: null, token: mint.token, ...record })]);
    expect(() => enrol(now, request, issued)).toThrow(expect.objectContaining({ code }));
  });

  it('decommissions with the next bundle, or forgets what was never sent anything', () => {
    expect(remove(state, 'a', { mode: 'delete', forget: false }).result).toMatchObject({ decommission: 'delete' });
    const fresh = stateOf([enrolledCluster('b')]);
    const forgotten = remove(fresh, 'b', { mode: 'orphan', forget: false }).changes;
    expect(withChanges(fresh, forgotten).clusters.size).toBe(0);
    const removed = remove(state, 'a', { mode: 'orphan', forget: true }).changes;
    expect(withChanges(state, removed).clusters.size).toBe(0);
  });

  it('lets a cluster go when its agent settled the bundle that said so, and not before', () => {
    const leaving = published('a', [], { decommission: 'orphan' });
    const gone = stateOf([enrolledCluster('a')], [leaving]);
    expect(hasLeft(gone, reportOf(leaving, []))).toBe(true);
    expect(hasLeft(gone, reportOf(leaving, [], { settled: false }))).toBe(false);
    const older = { ...reportOf(leaving, []).accepted!, generation: 6 };
    expect(hasLeft(gone, reportOf(leaving, [], { accepted: older }))).toBe(false);
    expect(hasLeft(state, reportOf(bundled, []))).toBe(false);
  });
});

describe('approve', () => {
  const change = digestOf('change');
  const guarded = {
    change,
    code: 'MASS_DELETE',
    cluster: 'a',
    app: null,
    generation: 8,
    ids: ['/Secret/x/y'],
    since: '',
  } as const;
  const state = stateOf([], [], { guarded: [guarded] });
  const who = { by: 'ann', at: '2026-03-01T12:00:00.000Z' };

  it.each([change, change.slice(7), change.slice(7, 15)])(
    'takes the digest or a prefix of eight digits: %s',
    (given) => {
      expect(approve(state, given, who).result).toEqual({ change, generation: 8, ids: ['/Secret/x/y'], ...who });
    },
  );

  it.each([change.slice(7, 14), 'f'.repeat(64), ''])('refuses %j', (given) => {
    expect(() => approve(state, given, who)).toThrow(expect.objectContaining({ code: 'CHANGE_NOT_FOUND' }));
  });

  it('is the same when repeated', () => {
    const once = withChanges(state, approve(state, change, who).changes);
    expect(withChanges(once, approve(once, change, who).changes).approvals).toEqual(once.approvals);
  });
});

describe('the targets of placement', () => {
  const document = (name: string, labels: Record<string, string>, spec?: Cluster['spec']) => ({
    doc: { apiVersion: '', kind: 'Cluster', metadata: { name, labels }, ...(spec && { spec }) } as Cluster,
    commit: '',
    place: { path: 'c.yaml', line: 1, column: 1 },
    locate: () => ({ path: 'c.yaml', line: 1, column: 1 }),
  });

  it('are what is registered and what has a document, whose words win; those that leave are none', () => {
    const records = [
      enrolledCluster('a', { labels: { from: 'join' } }),
      enrolledCluster('b', { labels: { from: 'join' }, capabilities: null }),
      enrolledCluster('gone', { decommission: 'orphan' }),
    ];
    const clusters = [
      document('b', { from: 'document' }, { capabilities: { istio: true } }),
      document('c', {}),
      document('gone', {}),
    ];
    expect(targetsOf({ clusters }, stateOf(records).clusters)).toEqual([
      { name: 'a', labels: { from: 'join' }, capabilities: { ingress: true } },
      { name: 'b', labels: { from: 'document' }, capabilities: { istio: true } },
      { name: 'c', labels: {}, capabilities: null },
    ]);
  });
});
