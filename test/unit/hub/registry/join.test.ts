import { describe, expect, it } from 'vitest';
import { withChanges } from '../../../../hub/model/changes.ts';
import { join, type JoinRequest } from '../../../../hub/registry/join.ts';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import { registrationOf } from '../../../fixtures/hub/facts.ts';
import { enrolledCluster, published, stateOf } from '../../../fixtures/hub/status.ts';

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

  it('knows the registrations that a name had: those that it gave up, and that of a cluster that was removed', () => {
    const old = enrolledCluster('a', { predecessors: ['older'] });
    const replaced = join(stateOf([old], [bundled]), ask('a', { replace: true }), mint).result.record;
    expect(replaced.predecessors).toEqual([old.registration, 'older']);
    const again = join(stateOf([], [bundled]), ask('a'), mint).result.record;
    expect(again.predecessors).toEqual([bundled.revision.registration]);
    expect(join(stateOf([]), ask('a'), mint).result.record.predecessors).toBeUndefined();
    expect(join(stateOf([old], [bundled]), ask('a', { rekey: true }), mint).result.record.predecessors).toEqual([
      'older',
    ]);
    const many = enrolledCluster('a', { predecessors: Array.from({ length: 20 }, (_, at) => `${at}`) });
    expect(join(stateOf([many]), ask('a', { replace: true }), mint).result.record.predecessors).toHaveLength(16);
  });

  it('leaves site labels to the site', () => {
    const labels = { 'site.sluice.dev/room': '1' };
    expect(() => join(stateOf([]), ask('a', { labels }), mint)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });

  it.each([
    ['a value', { env: 'a b' }],
    ['a value that is too long', { env: 'x'.repeat(64) }],
    ['a key', { 'a/b/c': '1' }],
  ])('refuses %s that a document may not give', (_, labels) => {
    expect(() => join(stateOf([]), ask('a', { labels }), mint)).toThrow(
      expect.objectContaining({ code: 'NAME_INVALID' }),
    );
  });

  it.each([
    ['replaces', { replace: true }],
    ['lets in again', { rekey: true }],
  ])('%s the registration that was seen, and no other', (_, how) => {
    const state = stateOf([enrolledCluster('a')]);
    expect(() => join(state, ask('a', { ...how, registration: registrationOf('a') }), mint)).not.toThrow();
    expect(() => join(state, ask('a', { ...how, registration: registrationOf('b') }), mint)).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
    expect(() => join(stateOf([]), ask('a', { replace: true, registration: registrationOf('a') }), mint)).toThrow(
      expect.objectContaining({ code: 'CONFLICT' }),
    );
  });
});
