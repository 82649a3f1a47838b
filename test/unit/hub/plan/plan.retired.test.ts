import { describe, expect, it } from 'vitest';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import { unexplained } from '../../../../hub/plan/unexplained.ts';
import {
  app,
  approved,
  id,
  many,
  object,
  planFor,
  published,
  record,
  report,
  reports,
  retiredIds,
  sent,
  start,
  step,
} from '../../../fixtures/hub/plan.ts';

const gone = id('ConfigMap/gone');
// Generation 1 has it, generation 2 retires it.
const retiring = step(step(start, [app('web', ['ConfigMap/a', 'ConfigMap/gone'])]), [app('web', ['ConfigMap/a'])]);
// Any change, so that there is a next generation to look at.
const later = (more: AgentReport | null, state = retiring) =>
  sent(
    step(
      state,
      [app('web', [object('ConfigMap/a', { data: { x: String(sent(state).generation) } })])],
      more === null ? {} : { reports: reports(more) },
    ),
  );

describe('a retired id', () => {
  it('says since which generation', () => {
    expect(sent(retiring)).toMatchObject({ generation: 2, retired: [{ id: gone, since: 2 }] });
  });

  it('2.23 names the delivery that goes back with it: what that took over is let go of', () => {
    const reads = { revision: 2 };
    const fresh = { ...start, clusters: new Map([['one', { ...record, reads }]]) };
    const given = step(fresh, [app('web', ['ConfigMap/a', 'ConfigMap/gone']), app('other', ['ConfigMap/b'])]);
    const takenBack = new Map([['one', new Map([['default/web', { delivery: 'default/web#2', hadIt: true }]])]]);
    const back = step(given, [app('web', ['ConfigMap/a'])], { takenBack });
    expect(sent(back).retired).toEqual([
      { id: id('ConfigMap/b'), since: 2 },
      { id: gone, since: 2, delivery: 'default/web#2' },
    ]);
    expect(sent(step(back, [app('web', ['ConfigMap/c'])])).retired).toContainEqual({
      id: gone,
      since: 2,
      delivery: 'default/web#2',
    });
  });

  it('is as much as a delivery brought that is taken back, without an approval; and no more than the limit of what was there', () => {
    const reads = { revision: 2 };
    const fresh = { ...start, clusters: new Map([['one', { ...record, reads }]]) };
    const directives = new Map([
      ['one', new Map([['default/web', { number: 2, attempt: 1, action: 'run' as const }]])],
    ]);
    const before = step(fresh, [app('web', ['ConfigMap/a', ...many('old', 12)])]);
    const given = step(before, [app('web', ['ConfigMap/a', ...many('old', 12), ...many('new', 12)])], { directives });
    const back = { delivery: 'default/web#2', hadIt: true, brought: 2 };
    const takenBack = new Map([['one', new Map([['default/web', back]])]]);
    const stable = planFor(given, [app('web', ['ConfigMap/a', ...many('old', 12)])], { takenBack });
    expect(stable.guarded).toEqual([]);
    expect(sent(published(given, stable)).retired).toHaveLength(12);
    // Once it is back, what was there before is asked for, also in the name of the delivery.
    const after = published(given, stable);
    const fewer = planFor(after, [app('web', ['ConfigMap/a'])], {
      takenBack: new Map([['one', new Map([['default/web', { delivery: 'default/web#2', hadIt: true }]])]]),
    });
    expect(fewer.guarded).toMatchObject([{ code: 'MASS_DELETE', ids: many('old', 12).map(id).sort() }]);
  });

  describe('of what a delivery brought before it was taken back, where a guard held that', () => {
    const claim = id('PersistentVolumeClaim/data');
    const fresh = { ...start, clusters: new Map([['one', { ...record, reads: { revision: 2 } }]]) };
    const given = step(fresh, [app('web', ['ConfigMap/a', 'PersistentVolumeClaim/data'])]);
    const takenBack = new Map([['one', new Map([['default/web', { delivery: 'default/web#2', hadIt: true }]])]]);
    const stable = [app('web', ['ConfigMap/a'])];
    const back = step(given, stable, { takenBack });
    const keeps = (ids: string[]) => reports(report(2, { retired: { settled: [], survivors: [], unexplained: ids } }));

    it('waits with the name of the application and of the delivery, which is where it was', () => {
      const { holds, guarded, problems } = planFor(given, stable, { takenBack });
      expect(guarded).toMatchObject([{ app: 'default/web', behind: 'default/web#2', ids: [claim] }]);
      expect(holds.map((hold) => hold.app)).toEqual([null]);
      expect(problems.map((problem) => problem.app)).toEqual(['default/web']);
      expect(problems[0]?.message).toContain('behind default/web#2');
      expect(sent(back).retired).toEqual([]);
    });

    it.each([
      ['before its agent says anything', new Map(), [claim]],
      ['while its agent says that it cannot explain it', keeps([claim]), [claim]],
      ['no more where its agent says that there is none', keeps([]), []],
    ])('waits %s', (_, said, waits) => {
      const published = new Map([['one', new Set([claim])]]);
      const { guarded, next } = planFor(back, stable, { reports: said, published });
      expect(guarded.map(({ change }) => change)).toEqual(waits.length === 0 ? [] : [back.guarded[0]?.change]);
      expect(next).toEqual([]);
    });

    it('2.23 is let go of where the delivery had taken it over, however late that is approved', () => {
      const published = new Map([['one', new Set([claim])]]);
      const after = step(approved(back), stable, { reports: keeps([claim]), published });
      const { change } = back.guarded[0]!;
      expect(sent(after).retired).toEqual([{ id: claim, since: 3, approval: change, delivery: 'default/web#2' }]);
      expect(after.guarded).toEqual([]);
    });

    it('waits no more once it is wanted again', () => {
      const again = planFor(back, [app('web', ['ConfigMap/a', 'PersistentVolumeClaim/data'])]);
      expect(again.guarded).toEqual([]);
    });
  });

  const listed = (survivors: string[], unexplainedIds: string[]) => ({
    retired: { settled: [], survivors, unexplained: unexplainedIds },
  });
  it.each<[string, AgentReport | null, boolean]>([
    ['stays without any report', null, true],
    ['stays when the report is of an older generation', report(1), true],
    ['stays when that generation is not settled', report(2, { settled: false }), true],
    ['stays when it survived', report(2, listed([gone], [])), true],
    ['stays when the agent cannot explain it', report(2, listed([], [gone])), true],
    [
      'stays when the report is of another registration',
      report(2, { registration: '44444444-4444-4444-8444-444444444444' }),
      true,
    ],
    ['stays when the report is of another epoch', report(2, { accepted: { ...report(2).accepted!, epoch: 0 } }), true],
    ['stays when nothing was accepted', report(2, { accepted: null }), true],
    ['goes when that generation settled', report(2), false],
    ['goes when a later generation settled', report(7), false],
    ['goes when another id survived', report(2, listed([id('ConfigMap/other')], [])), false],
  ])('%s', (_, said, stays) => {
    expect(retiredIds(later(said).retired)).toEqual(stays ? [gone] : []);
  });

  it('stays over many generations without reports, with its first number', () => {
    let state = retiring;
    for (let i = 0; i < 5; i += 1)
      state = step(state, [app('web', [object('ConfigMap/a', { data: { i: String(i) } })])]);
    expect(sent(state)).toMatchObject({ generation: 7, retired: [{ id: gone, since: 2 }] });
  });

  it('goes when it is wanted again', () => {
    expect(sent(step(retiring, [app('web', ['ConfigMap/a', 'ConfigMap/gone'])])).retired).toEqual([]);
  });

  it('makes no generation by being settled', () => {
    expect(planFor(retiring, [app('web', ['ConfigMap/a'])], { reports: reports(report(2)) }).next).toEqual([]);
  });
});

describe('an id that an agent keeps without knowing why', () => {
  const keeps = report(3, {
    retired: { settled: [], survivors: [], unexplained: [gone, id('ConfigMap/a'), id('ConfigMap/foreign')] },
  });
  const state = step(retiring, [app('web', [object('ConfigMap/a', { data: { x: '1' } })])], {
    reports: reports(report(2)),
  });
  const rendered = [app('web', [object('ConfigMap/a', { data: { x: '1' } })])];

  it('is asked for in the past when neither the bundle nor its retired list has it', () => {
    expect([...(unexplained(state, reports(keeps)).get('one')?.ids ?? [])]).toEqual([gone, id('ConfigMap/foreign')]);
    expect(unexplained(retiring, reports(keeps)).get('one')?.ids.has(gone)).toBe(false);
  });

  it('is retired again, in a new generation, when the ledger did publish it', () => {
    const published = new Map([['one', new Set([gone])]]);
    const next = sent(step(state, rendered, { reports: reports(keeps), published }));
    expect(next).toMatchObject({ generation: 4, retired: [{ id: gone, since: 4 }] });
  });

  it('is left alone when the ledger never published it', () => {
    expect(planFor(state, rendered, { reports: reports(keeps) }).next).toEqual([]);
  });

  it('is not retired when it is wanted by now', () => {
    const published = new Map([['one', new Set([gone])]]);
    const next = sent(step(state, [app('web', ['ConfigMap/gone'])], { reports: reports(keeps), published }));
    expect(retiredIds(next.retired)).toEqual([id('ConfigMap/a')]);
  });
});
