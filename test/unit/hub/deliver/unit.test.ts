import { describe, expect, it } from 'vitest';
import { isStepping, type PublishedUnit, type UnitReport } from '../../../../hub/deliver/told.ts';
import { isSilent, standingOf, type DeliveryUnit, type UnitInput } from '../../../../hub/deliver/unit.ts';
import { heartbeatMs, reportOf, unit } from '../../../fixtures/hub/deliveries.ts';
import { now } from '../../../fixtures/hub/status.ts';

const minute = 60_000;
const at = (ms: number) => new Date(now + ms).toISOString();

/** Given the content 20 minutes ago, to be healthy within 15. */
const given: UnitInput = {
  number: 17,
  content: 'web-v2',
  admission: { at: at(-20 * minute) },
  back: null,
  deadlineMs: 15 * minute,
  soakMs: 0,
  wasDone: false,
  listening: { now, since: now - 1000 * minute, heartbeatMs },
};
const waiting: UnitInput = { ...given, admission: null };
const fresh: UnitInput = { ...given, admission: { at: at(-5 * minute) } };
const started: UnitInput = { ...given, listening: { now, since: now - minute, heartbeatMs } };
const v2 = (facts: Partial<DeliveryUnit> = {}) => unit('a', 'web-v2', facts);
const silent = reportOf({ receivedAt: now - 30 * minute, applied: 'digest of web-v1' });
const healthy = reportOf({ applied: 'digest of web-v2', healthSince: now - 8 * minute });

describe('where a unit stands', () => {
  it.each<[string, DeliveryUnit, UnitInput, string]>([
    ['waits for its turn', unit('a', 'web-v1'), waiting, 'waiting'],
    ['is absent before its turn', unit('a', 'web-v1', { report: silent }), waiting, 'absent'],
    ['is absent without any report', unit('a', 'web-v1', { report: null }), waiting, 'absent'],
    ['is held by another stage', unit('a', 'web-v1', { hold: 'a guard' }), waiting, 'held'],
    ['is held by its site', unit('a', 'web-v1', { report: reportOf({ siteHold: 'until Monday' }) }), waiting, 'held'],
    ['is given what a guard holds', unit('a', 'web-v1', { hold: 'a guard' }), given, 'held'],
    ['is being published', unit('a', 'web-v1'), given, 'admitted'],
    ['is being published: this component', v2({ part: 'web-v2 db' }), { ...given, part: 'web-v2 db web' }, 'admitted'],
    ['is done by the component that was published', v2({ part: 'web-v2 db' }), { ...given, part: 'web-v2 db' }, 'done'],
    ['is done by the digest and its health', v2(), given, 'done'],
    [
      'is not done while a component waits for what another gives',
      v2({ published: { content: 'web-v2', digest: 'digest of web-v2', generation: 7, waiting: ['web'] } }),
      fresh,
      'admitted',
    ],
    ['is not done on bare health', v2({ report: reportOf({ applied: 'digest of web-v1' }) }), fresh, 'admitted'],
    [
      'is not done by the digest alone',
      v2({ report: reportOf({ applied: 'digest of web-v2', health: 'Progressing' }) }),
      fresh,
      'admitted',
    ],
    [
      'failed with a report after its deadline',
      v2({ report: reportOf({ applied: null, health: 'Degraded' }) }),
      given,
      'failed',
    ],
    [
      'did not fail without a report after it',
      v2({ report: { ...silent, receivedAt: now - 6 * minute } }),
      { ...given, listening: { ...given.listening, since: now - 2 * minute } },
      'admitted',
    ],
    ['failed by silence while the hub listened', v2({ report: silent }), given, 'failed'],
    ['is suspect by silence before its deadline', v2({ report: silent }), fresh, 'suspect'],
    ['did not fail by silence while there was no hub', v2({ report: silent }), started, 'admitted'],
    [
      '2.35 failed by its own word, at once',
      v2({ report: reportOf({ delivery: { number: 17, attempt: 1, step: 1, phase: 'returned', reason: 'step 2' } }) }),
      fresh,
      'failed',
    ],
    [
      'did not fail by its word on another delivery',
      v2({ report: reportOf({ delivery: { number: 16, attempt: 1, step: 1, phase: 'returned', reason: 'step 2' } }) }),
      fresh,
      'admitted',
    ],
    ['has no deadline while its site holds', v2({ report: reportOf({ siteHold: 'until Monday' }) }), given, 'held'],
    ['passes with time without reports', v2({ reports: false, report: null }), given, 'absent'],
    ['is in flight without reports', v2({ reports: false, report: null }), fresh, 'admitted'],
    [
      'stays failed once it was sent back',
      v2(),
      { ...given, back: { why: 'failed', at: at(0), reason: 'x' } },
      'failed',
    ],
    [
      'degraded a while ago, and was done',
      v2({ report: { ...healthy, health: 'Degraded' } }),
      { ...given, wasDone: true },
      'admitted',
    ],
    [
      'degraded long ago, and was done',
      v2({ report: { ...healthy, health: 'Degraded', healthSince: now - 16 * minute } }),
      { ...given, wasDone: true },
      'failed',
    ],
  ])('%s', (_, one, input, state) => {
    expect(standingOf(one, input).state).toBe(state);
  });

  it('2.33 counts health by the agent: from when it was given the content, and to its last report', () => {
    const report = { ...healthy, receivedAt: now - minute };
    expect(standingOf(v2({ report }), given).healthyMs).toBe(7 * minute);
    expect(standingOf(v2({ report }), fresh).healthyMs).toBe(4 * minute);
    expect(standingOf(v2({ report: { ...report, healthSince: null, healthyForSeconds: 120 } }), given).healthyMs).toBe(
      2 * minute,
    );
  });

  it('is not silent before three heartbeats that the hub listened to', () => {
    const listening = { now, since: now - 3 * minute, heartbeatMs };
    expect(isSilent({ reports: true, report: silent }, listening)).toBe(false);
    expect(isSilent({ reports: true, report: silent }, { ...listening, since: now - 4 * minute })).toBe(true);
    expect(isSilent({ reports: false, report: null }, listening)).toBe(false);
  });

  describe('whose agent goes through steps', () => {
    type Phase = 'running' | 'paused' | 'returned' | 'done';
    const told = { number: 17, attempt: 2, hasSteps: true };
    const said = (phase: Phase, facts: Partial<UnitReport> = {}, attempt = 2): UnitReport =>
      reportOf({ health: 'Progressing', delivery: { number: 17, attempt, step: 1, phase }, ...facts });
    const stepping = (report: UnitReport, delivery = told) => {
      const one = v2({ report });
      return { ...one, published: { ...(one.published as PublishedUnit), delivery } };
    };
    const second: UnitInput = { ...given, admission: { at: at(-20 * minute), attempt: 2 } };
    const begun: UnitInput = { ...second, admission: { at: at(-5 * minute), attempt: 2 } };
    const whole = { health: 'Healthy' as const, applied: 'digest of web-v2' };
    const lost = said('running', { receivedAt: now - 10 * minute });

    it.each<[string, DeliveryUnit, UnitInput, string]>([
      ['takes as long as they say', stepping(said('running')), second, 'admitted'],
      ['waits in a pause for a person', stepping(said('paused')), second, 'admitted'],
      ['failed as soon as it went back', stepping(said('returned')), second, 'failed'],
      ['did not fail by an attempt before', stepping(said('returned', {}, 1)), begun, 'admitted'],
      [
        'is given a later attempt than it was told',
        stepping(said('returned', {}, 1), { ...told, attempt: 1 }),
        second,
        'admitted',
      ],
      ['did not fail by another numbering', stepping(said('returned'), { ...told, number: 3 }), begun, 'admitted'],
      [
        'fails where it is stuck for as long as the deadline',
        stepping(said('running', { health: 'Degraded', healthSince: now - 16 * minute })),
        second,
        'failed',
      ],
      [
        'has its deadline from when it got stuck',
        stepping(said('running', { health: 'Degraded', healthSince: now - minute })),
        second,
        'admitted',
      ],
      ['is suspect for a deadline from its last word', stepping(lost), second, 'suspect'],
      ['fails in silence after that', stepping({ ...lost, receivedAt: now - 16 * minute }), second, 'failed'],
      ['is done once all of it is applied', stepping(said('done', whole)), second, 'done'],
    ])('%s', (_, one, input, state) => {
      expect(standingOf(one, input).state).toBe(state);
    });

    it.each<[string, UnitReport, number | null, string]>([
      ['is done with a step of the workflow once as many steps are over', said('paused'), 1, 'done'],
      ['is done with it also when all is', said('done'), 3, 'done'],
      ['is not before', said('paused'), 2, 'admitted'],
      ['is not by steps where its content must run alone', said('paused'), null, 'admitted'],
      ['fails also where it went back', said('returned'), 1, 'failed'],
    ])('%s', (_, report, goal, state) => {
      expect(standingOf(stepping(report), { ...second, goal }).state).toBe(state);
    });

    it.each<[string, UnitReport | null, boolean]>([
      ['before it is heard of', null, true],
      ['while they run', said('running'), true],
      ['where the agent went back', said('returned'), true],
      ['while the report is of an attempt before', said('done', whole, 1), true],
      ['no more once they are done', said('done', whole), false],
    ])('is in steps: %s', (_, report, expected) => {
      expect(isStepping({ ...stepping(said('running')), report })).toBe(expected);
    });
  });
});
