import { describe, expect, it } from 'vitest';
import { matters } from '../../../../hub/collect/matters.ts';
import type { DeliveryPhase } from '../../../../hub/model/delivery.ts';
import type { State } from '../../../../hub/model/state.ts';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import { bundleApp, enrolledCluster, published, reportOf, settledApp, stateOf } from '../../../fixtures/hub/status.ts';

const bundle = published('a', [], { retired: [{ id: '/Secret/default/old', since: 6 }] });
const state = stateOf([enrolledCluster('a')], [bundle]);

describe('what a report means for the next pass', () => {
  const settled = reportOf(bundle, []);
  const old = '/Secret/default/old';
  const limited = (...survivors: string[]): AgentReport => ({
    ...settled,
    settled: false,
    conditions: [{ type: 'DeleteLimited', status: 'True', reason: 'Limit', message: '', since: settled.issuedAt }],
    retired: { settled: [], survivors, unexplained: [] },
  });
  it.each<[string, AgentReport | null, AgentReport, boolean]>([
    ['a first settled report while ids are retired', null, settled, false],
    ['the same again', settled, settled, false],
    [
      'a retired id that settled',
      settled,
      { ...settled, settled: false, retired: { settled: [old], survivors: [], unexplained: [] } },
      false,
    ],
    [
      'a survivor alone',
      settled,
      { ...settled, settled: false, retired: { settled: [], survivors: [old], unexplained: [] } },
      false,
    ],
    ['a survivor that the limit of deletions holds back', settled, limited(old), true],
    ['the same one again', limited(old), limited(old), false],
    ['another one', limited(old), limited(old, '/Secret/default/x'), true],
    ['none any more', limited(old), { ...limited(old), conditions: [] }, true],
    [
      'an object that nobody explains',
      settled,
      { ...settled, retired: { settled: [], survivors: [], unexplained: ['/Secret/default/x'] } },
      true,
    ],
    [
      'a generation that the ledger does not know',
      settled,
      { ...settled, accepted: { ...settled.accepted!, generation: 8 } },
      true,
    ],
  ])('%s', (_, last, report, wanted) => {
    expect(matters(last, report, state)).toBe(wanted);
  });

  const delivered = bundleApp('web');
  const delivery = { number: 3, attempt: 1, action: 'run' as const, steps: [] };
  const plain = published('a', [delivered]);
  const apps = [{ ...delivered, from: delivered, delivery }];
  const stepping = { ...plain, revision: { ...plain.revision, apps } };
  const at = (phase: 'running' | 'returned' | 'done', number = 3): AgentReport => ({
    ...reportOf(stepping, []),
    apps: [settledApp(delivered, { delivery: { number, attempt: 1, step: 0, phase } })],
  });
  it.each<[string, AgentReport | null, AgentReport, boolean]>([
    ['are under way', at('running'), at('running'), false],
    ['are done', at('running'), at('done'), true],
    ['are known', null, at('running'), true],
    ['are known, of another delivery', null, at('running', 2), false],
    ['are done, as is said at first', null, at('done'), true],
    ['are done, once more', at('done'), at('done'), false],
    ['of another delivery are done', at('running'), at('done', 2), false],
    ['went back', at('running'), at('returned'), false],
  ])('the steps %s', (_, last, report, wanted) => {
    const steps = { ...state, bundles: new Map([['a', stepping]]) };
    expect(matters(last, report, steps)).toBe(wanted);
  });

  const deliveriesIn = (phase: DeliveryPhase, units: readonly string[]): State['deliveries'] => {
    const at = '2026-01-01T00:00:00Z';
    const admitted = [{ at, wave: 's/w', units }];
    const own = { number: 1, attempt: 1, content: 'web-v1', phase, startedAt: at, steps: {}, waves: {}, admitted };
    const record = { app: 'default/web', stable: null, previous: null };
    return new Map([['default/web', { ...record, last: { ...own, base: {}, back: {}, decisions: [] } }]]);
  };
  const healthIs = (health: 'Healthy' | 'Degraded'): AgentReport => ({
    ...reportOf(plain, []),
    apps: [settledApp(delivered, { health })],
  });
  it.each<[string, DeliveryPhase, readonly string[], boolean]>([
    ['runs anywhere', 'running', [], true],
    ['was aborted and had reached it', 'aborted', ['a'], true],
    ['went back and had reached it, in another namespace', 'rolled-back', ['b', 'a@staging'], true],
    ['was aborted before it reached it', 'aborted', ['b', 'ab'], false],
    ['ended well', 'succeeded', ['a'], false],
  ])('a cluster that degrades, while a delivery %s', (_, phase, units, wanted) => {
    const known = { ...state, bundles: new Map([['a', plain]]), deliveries: deliveriesIn(phase, units) };
    expect(matters(healthIs('Healthy'), healthIs('Degraded'), known)).toBe(wanted);
    expect(matters(healthIs('Healthy'), healthIs('Healthy'), known)).toBe(false);
  });

  const said = (step: number, phase: 'running' | 'returned', attempt = 1, isBlocked = false): AgentReport => ({
    ...reportOf(stepping, []),
    apps: [
      settledApp(delivered, {
        delivery: { number: 3, attempt, step, phase },
        health: 'Degraded',
        phase: isBlocked ? 'blocked' : 'shift',
      }),
    ],
  });
  it.each<[string, AgentReport, AgentReport, boolean]>([
    ['a step is over', said(0, 'running'), said(1, 'running'), true],
    ['another attempt has begun', said(1, 'running'), said(1, 'running', 2), true],
    ['it begins to go back', said(1, 'running'), said(1, 'returned'), true],
    ['what serves is whole again', said(1, 'returned'), said(1, 'returned', 1, true), true],
    ['nothing has moved', said(1, 'returned', 1, true), said(1, 'returned', 1, true), false],
  ])('inside a cluster %s', (_, last, report, wanted) => {
    const known = { ...state, bundles: new Map([['a', stepping]]) };
    for (const phase of ['running', 'reverted'] as const) {
      expect(matters(last, report, { ...known, deliveries: deliveriesIn(phase, ['a']) })).toBe(wanted);
    }
    expect(matters(last, report, known)).toBe(false);
  });

  const moves = (cluster: string): Pick<State, 'guarded'> => ({
    guarded: [
      {
        change: 'sha256:1',
        code: 'MOVE_UNFINISHED',
        cluster: 'b',
        app: 'default/web',
        generation: 1,
        ids: [],
        since: '',
        waitsFor: [cluster],
      },
    ],
  });
  const well: AgentReport = { ...settled, apps: [settledApp(bundleApp('web'))] };
  const ill: AgentReport = { ...well, apps: [settledApp(bundleApp('web'), { health: 'Progressing' })] };
  it.each<[string, string, AgentReport | null, AgentReport, boolean]>([
    ['came further', 'a', ill, well, true],
    ['has another content', 'a', settled, well, true],
    ['is as it was', 'a', well, { ...well, sequence: 9 }, false],
    ['came further, and another cluster is waited for', 'c', ill, well, false],
  ])('is that an application that a move waits for %s', (_, awaited, last, report, wanted) => {
    expect(matters(last, report, { ...state, ...moves(awaited) })).toBe(wanted);
  });

  const told = {
    ...state,
    problems: [{ code: 'CHANGE_ABANDONED', severity: 'warning', message: '', app: 'default/web', cluster: 'a' }],
  } as const;
  it.each<[string, State, AgentReport | null, AgentReport, boolean]>([
    ['came further', told, ill, well, true],
    ['is as it was', told, well, { ...well, sequence: 9 }, false],
    ['came further, and nothing is told of', state, ill, well, false],
    [
      'is of another cluster than is told',
      { ...told, problems: [{ ...told.problems[0], cluster: 'b' }] },
      ill,
      well,
      false,
    ],
  ])('is that an application that a warning is about %s', (_, of, last, report, wanted) => {
    expect(matters(last, report, of)).toBe(wanted);
  });

  const runs = (kubernetes: string) => ({ ...settled, agent: { ...settled.agent, kubernetes } });
  const refused = { ...state, problems: [{ code: 'OBJECT_INVALID', severity: 'error', message: '' }] } as const;
  it.each<[string, State, AgentReport | null, AgentReport, boolean]>([
    ['is known first', refused, null, runs('v1.24.1'), true],
    ['is another one', refused, runs('v1.24.1'), runs('v1.25.0'), true],
    ['is as it was', refused, runs('v1.24.1'), runs('v1.24.1'), false],
    ['is not known yet', refused, null, runs(''), false],
    ['is another one, and nothing is refused', state, runs('v1.24.1'), runs('v1.25.0'), false],
  ])('is that the Kubernetes of its cluster %s', (_, of, last, report, wanted) => {
    expect(matters(last, report, of)).toBe(wanted);
  });

  const offers = (...capabilities: string[]) => ({ ...settled, agent: { ...settled.agent, capabilities } });
  it.each<[string, AgentReport | null, AgentReport, boolean]>([
    ['what nobody knew', null, settled, true],
    ['one more', offers('ingress'), offers('ingress', 'istio'), true],
    ['one less', offers('ingress', 'istio'), offers('istio'), true],
    ['the same in another order', offers('ingress', 'istio'), offers('istio', 'ingress'), false],
    ['again what is in force', offers('ingress', 'istio'), offers('ingress'), false],
    ['nothing, of an agent that has not looked yet', offers('ingress'), offers(), false],
  ])('is what a cluster offers: %s', (_, last, report, wanted) => {
    const capabilities = last === null ? null : { ingress: true };
    expect(matters(last, report, stateOf([enrolledCluster('a', { capabilities })], [bundle]))).toBe(wanted);
  });

  it('is that what was lost is back, and in force all the time', () => {
    const inForce = stateOf([enrolledCluster('a', { capabilities: { ingress: true, istio: true } })], [bundle]);
    const [lost] = moves('a').guarded;
    const waits = { ...inForce, guarded: [{ ...lost!, code: 'CAPABILITY_LOST' as const, cluster: 'a' }] };
    expect(matters(offers('ingress'), offers('ingress', 'istio'), waits)).toBe(true);
    expect(matters(offers('ingress'), offers('ingress', 'istio'), inForce)).toBe(false);
  });
});
