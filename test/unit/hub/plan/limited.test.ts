import { describe, expect, it } from 'vitest';
import { decidePrune } from '../../../../agent/prune/decide.ts';
import { approve } from '../../../../hub/registry/change.ts';
import type { State } from '../../../../hub/model/state.ts';
import type { AgentReport } from '../../../../shared/wire/report.ts';
import {
  app,
  id,
  many,
  now,
  planFor,
  published,
  report,
  reports,
  sent,
  start,
  step,
} from '../../../fixtures/hub/plan.ts';

const ids = many('gone', 8).map(id).sort();
const web = [app('web', ['ConfigMap/a'])];
// Generation 1 has them, generation 2 retires them: eight are within the hub's limit.
const retiring = step(step(start, [app('web', ['ConfigMap/a', ...many('gone', 8)])]), web);
const condition = { type: 'DeleteLimited', status: 'True', reason: 'Limit', message: '', since: now } as const;
const limited = (survivors: readonly string[], more: Partial<AgentReport> = {}): AgentReport =>
  report(2, {
    settled: false,
    conditions: [condition],
    retired: { settled: [], survivors: [...survivors], unexplained: [] },
    ...more,
  });
const approvedWith = (state: State, change: string): State => ({
  ...state,
  approvals: approve(state, change, { by: 'me', at: now }).changes.approvals!,
});

describe('deletions that the limit of an agent holds back', () => {
  it('are a change to approve, with every id', () => {
    const result = planFor(retiring, web, { reports: reports(limited(ids)) });
    expect(result.next).toEqual([]);
    expect(result.guarded).toMatchObject([{ code: 'MASS_DELETE', cluster: 'one', app: null, ids }]);
    expect(result.problems.map(({ severity, hint }) => [severity, hint])).toEqual([
      [
        'warning',
        `they go by themselves as the day passes, or at once: sluice-hub approve ${result.guarded[0]!.change}`,
      ],
    ]);
  });

  it('go once approved: the next generation carries the approval, and the agent deletes beyond its limit', () => {
    const said = { reports: reports(limited(ids)) };
    const waiting = published(retiring, planFor(retiring, web, said));
    const released = approvedWith(waiting, waiting.guarded[0]!.change);
    const result = planFor(released, web, said);
    const after = published(released, result);
    const { change } = waiting.guarded[0]!;
    expect(sent(after)).toMatchObject({ generation: 3, approvals: [{ change, by: 'me', ids }] });
    expect(sent(after).retired).toEqual(ids.map((one) => ({ id: one, since: 2, approval: change })));
    expect(sent(after).apps).toEqual(sent(retiring).apps);
    const entry = {
      apiVersion: 'v1',
      app: 'default/web',
      revision: null,
      uid: 'u',
      nonce: '',
      applied: null,
      fieldsHash: null,
    };
    const decision = decidePrune({
      revision: sent(after),
      hubIds: new Map(),
      inventory: new Map(ids.map((one) => [one, { ...entry, id: one }])),
      deletions: [{ at: Date.parse(now), count: 10 }],
      counted: new Set(),
      now: Date.parse(now),
      stop: null,
      offLimits: () => null,
      troubles: new Map(),
      faults: new Map(),
    });
    expect([...decision.removable].sort()).toEqual(ids);
    // The report of before says nothing new, and the approval goes when nothing names it any more.
    expect(planFor(after, web, said)).toMatchObject({ next: [], guarded: [] });
    const settled = published(after, planFor(after, [app('web', ['ConfigMap/b'])], { reports: reports(report(3)) }));
    expect([sent(settled).approvals, settled.approvals]).toEqual([[], []]);
  });

  it('are released only as far as they were listed', () => {
    const some = ids.slice(0, 5);
    const waiting = published(retiring, planFor(retiring, web, { reports: reports(limited(some)) }));
    const released = approvedWith(waiting, waiting.guarded[0]!.change);
    const more = planFor(released, web, { reports: reports(limited(ids)) });
    expect([more.next, more.guarded.map((one) => one.ids)]).toEqual([[], [ids]]);
    const fewer = planFor(released, web, { reports: reports(limited(some.slice(0, 2))) });
    expect(fewer.next[0]?.revision.retired.filter(({ approval }) => approval !== undefined)).toHaveLength(2);
  });

  it.each<[string, AgentReport]>([
    ['the agent says nothing of its limit', limited(ids, { conditions: [] })],
    ['nothing survived', limited([])],
    ['they are not retired', limited(['/ConfigMap/default/other'])],
    ['the report is of another registration', limited(ids, { registration: '44444444-4444-4444-8444-444444444444' })],
    ['the report is of another epoch', limited(ids, { accepted: { ...report(2).accepted!, epoch: 0 } })],
    ['nothing was accepted', limited(ids, { accepted: null })],
  ])('are none where %s', (_, said) => {
    expect(planFor(retiring, web, { reports: reports(said) }).guarded).toEqual([]);
  });
});
