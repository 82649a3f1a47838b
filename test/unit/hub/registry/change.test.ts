import { describe, expect, it } from 'vitest';
import { withChanges } from '../../../../hub/model/changes.ts';
import { approve, enrol, hasLeft, remove, revoke, setLabels } from '../../../../hub/registry/change.ts';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { registrationOf } from '../../../fixtures/hub/facts.ts';
import { enrolledCluster, published, reportOf, stateOf } from '../../../fixtures/hub/status.ts';

const mint = {
  token: { publicKey: 'T'.repeat(43), expires: '2026-03-01T13:00:00.000Z' },
  now: '2026-03-01T12:00:00.000Z',
};
const bundled = published('a', []);

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
  const request = { cluster: 'a', registration: registrationOf('a'), publicKey: key, token: mint.token.publicKey };
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

describe('a change that names the registration it was decided for', () => {
  const state = stateOf([enrolledCluster('a')], [bundled]);
  const changes: [what: string, make: (seen: string) => unknown][] = [
    ['labels', (seen) => setLabels(state, 'a', { env: 'x' }, seen)],
    ['a revocation', (seen) => revoke(state, 'a', seen)],
    ['a removal', (seen) => remove(state, 'a', { mode: 'delete', forget: false }, seen)],
    ['a removal at once', (seen) => remove(state, 'a', { mode: 'orphan', forget: true }, seen)],
  ];

  it.each(changes)('is made of the cluster that has it: %s', (_, make) => {
    expect(() => make(registrationOf('a'))).not.toThrow();
  });

  it.each(changes)('is not made of another cluster that got the name: %s', (_, make) => {
    expect(() => make(registrationOf('b'))).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
  });
});

describe('what a change of the registry refuses', () => {
  const state = stateOf([enrolledCluster('a')], [bundled]);
  const refused = (code: string) => expect.objectContaining({ code }) as Error;

  it.each<[rule: string, change: () => unknown, code: string]>([
    ['labels of a cluster that is not there', () => setLabels(state, 'b', {}), 'REFERENCE_NOT_FOUND'],
    ['a label that only the site sets', () => setLabels(state, 'a', { 'site.sluice.dev/x': '1' }), 'CONFIG_INVALID'],
    ['a value that a document may not give', () => setLabels(state, 'a', { env: 'a b' }), 'NAME_INVALID'],
    ['a key that a document may not give', () => setLabels(state, 'a', { 'a/b/c': '1' }), 'NAME_INVALID'],
    [
      'the removal of a cluster that is not there',
      () => remove(state, 'b', { mode: 'orphan', forget: true }),
      'REFERENCE_NOT_FOUND',
    ],
  ])('is %s', (_, change, code) => {
    expect(change).toThrow(refused(code));
  });

  it('is not the removal of a label that is not there, nor of one of the site', () => {
    const labels = { 'site.sluice.dev/x': null, 'not a key': null };
    expect(setLabels(state, 'a', { none: null, ...labels }).result.labels).toEqual({});
  });

  it('are two changes that one prefix means', () => {
    const waiting = (change: `sha256:${string}`) =>
      ({ change, code: 'MASS_DELETE', cluster: 'a', app: null, generation: 8, ids: [], since: '' }) as const;
    const guarded = [waiting('sha256:aaaaaaaa1'), waiting('sha256:aaaaaaaa2')];
    const who = { by: 'ann', at: mint.now };
    expect(() => approve(stateOf([], [], { guarded }), 'aaaaaaaa', who)).toThrow(refused('CHANGE_NOT_FOUND'));
    expect(approve(stateOf([], [], { guarded }), 'aaaaaaaa2', who).result.change).toBe('sha256:aaaaaaaa2');
  });

  it('changes one cluster alone, and ends what lets its agent in', () => {
    const open = stateOf([enrolledCluster('a', { token: mint.token }), enrolledCluster('b')]);
    const { changes, result } = revoke(open, 'a');
    expect([result.revoked, result.token]).toEqual([true, null]);
    expect([...changes.clusters!.keys()]).toEqual(['a']);
  });
});
