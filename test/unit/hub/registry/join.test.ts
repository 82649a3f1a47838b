import { describe, expect, it } from 'vitest';
import { withChanges } from '../../../../hub/model/changes.ts';
import { approve, enrol, hasLeft, remove, revoke, setLabels } from '../../../../hub/registry/change.ts';
import { join, type JoinRequest } from '../../../../hub/registry/join.ts';
import { targetsOf } from '../../../../hub/registry/targets.ts';
import type { Cluster } from '../../../../hub/model/documents.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { clusterRecord, published, registrationOf, reportOf, stateOf } from '../facts.ts';

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
    const waiting = clusterRecord('a', { agentKey: null, ...kept });
    const { result } = join(stateOf([waiting], [bundled]), ask('a'), mint);
    expect(result.record).toMatchObject({
      registration: waiting.registration,
      token: mint.token,
      ...kept,
    });
    expect(result.minimumGeneration).toBe(7);
  });

  it('takes no capability away from what runs: what is declared anew is judged by the next pass', () => {
    const waiting = clusterRecord('a', { agentKey: null, capabilities: { istio: true } });
    const { result } = join(stateOf([waiting], [bundled]), ask('a', { capabilities: { ingress: true } }), mint);
    expect(result.record).toMatchObject({ capabilities: { istio: true }, declared: { ingress: true } });
  });

  it('refuses the name of a cluster that has an agent', () => {
    expect(() => join(stateOf([clusterRecord('a')]), ask('a'), mint)).toThrow(
      expect.objectContaining({ code: 'EXISTS' }),
    );
  });

  it('gives a replaced cluster a new registration, above all that the old one was sent', () => {
    const { result } = join(stateOf([clusterRecord('a')], [bundled]), ask('a', { replace: true }), mint);
    expect(result).toMatchObject({ minimumGeneration: 8, record: { registration: mint.registration, agentKey: null } });
  });

  it('gives a revoked cluster that never had an agent a new registration, too', () => {
    const revoked = clusterRecord('a', { agentKey: null, revoked: true });
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
  const state = stateOf([clusterRecord('a', { labels: { env: 'prod', old: '1' } })], [bundled]);

  it('sets and removes labels', () => {
    expect(setLabels(state, 'a', { env: 'test', old: null, more: '2' }).result.labels).toEqual({
      env: 'test',
      more: '2',
    });
  });

  it('says which cluster it does not know', () => {
    expect(() => revoke(state, 'b')).toThrow(expect.objectContaining({ code: 'REFERENCE_NOT_FOUND' }));
  });

  it('takes one agent key, the same again, and no other', () => {
    const open = stateOf([clusterRecord('a', { agentKey: null, token: mint.token })]);
    const first = enrol(open, 'a', 'K'.repeat(43));
    expect(first.result).toMatchObject({ agentKey: 'K'.repeat(43), token: null });
    const enrolled = withChanges(open, first.changes);
    expect(enrol(enrolled, 'a', 'K'.repeat(43)).changes).toEqual({});
    expect(() => enrol(enrolled, 'a', 'L'.repeat(43))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
  });

  it('decommissions with the next bundle, or forgets what was never sent anything', () => {
    expect(remove(state, 'a', { mode: 'delete', forget: false }).result).toMatchObject({ decommission: 'delete' });
    const fresh = stateOf([clusterRecord('b')]);
    const forgotten = remove(fresh, 'b', { mode: 'orphan', forget: false }).changes;
    expect(withChanges(fresh, forgotten).clusters.size).toBe(0);
    const removed = remove(state, 'a', { mode: 'orphan', forget: true }).changes;
    expect(withChanges(state, removed).clusters.size).toBe(0);
  });

  it('lets a cluster go when its agent settled the bundle that said so, and not before', () => {
    const leaving = published('a', [], { decommission: 'orphan' });
    const gone = stateOf([clusterRecord('a')], [leaving]);
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
      clusterRecord('a', { labels: { from: 'join' } }),
      clusterRecord('b', { labels: { from: 'join' }, capabilities: null }),
      clusterRecord('gone', { decommission: 'orphan' }),
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
