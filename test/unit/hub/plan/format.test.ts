import { describe, expect, it } from 'vitest';
import { agentTooOld } from '../../../../hub/plan/format.ts';
import type { AgentReads, ClusterRecord } from '../../../../hub/model/registry.ts';
import type { State } from '../../../../hub/model/state.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { bundleApp } from '../../../fixtures/hub/status.ts';
import { app, planFor, record, start, step } from '../../../fixtures/hub/plan.ts';

const web = app('web', ['ConfigMap/a']);

/** A state whose cluster has `web`, published in a format, and whose agent reads up to another. */
function after(format: number, reads: AgentReads | undefined, more: Partial<ClusterRecord> = {}): State {
  const state = step(start, [web]);
  const bundle = state.bundles.get('one')!;
  return {
    ...state,
    clusters: new Map([['one', { ...record, ...(reads !== undefined && { reads }), ...more }]]),
    bundles: new Map([['one', { ...bundle, revision: { ...bundle.revision, format } }]]),
  };
}

describe('the format of the next bundle', () => {
  it.each<[string, AgentReads | undefined, number]>([
    ['the lowest for an agent that never said anything', undefined, formats.revision.lowest],
    ['the lowest for one that reads no more', { revision: 1 }, formats.revision.lowest],
    ['our newest for one that reads more than that', { revision: 99 }, formats.revision.newest],
  ])('is %s', (_, reads, expected) => {
    const [next] = planFor(after(1, reads), [app('web', ['ConfigMap/b'])]).next;
    expect(next?.revision.format).toBe(expected);
  });

  it('is no reason for a generation when it could be higher', () => {
    expect(planFor(after(1, { revision: 99 }), [web]).next).toEqual([]);
  });

  it('is a reason when the agent does not read the published one any more', () => {
    const [next] = planFor(after(2, { revision: 1, loweredAt: '2026-01-01T00:00:00.000Z' }), [web]).next;
    expect([next?.revision.format, next?.revision.generation]).toEqual([1, 2]);
    expect(next?.revision.apps).toEqual(after(1, undefined).bundles.get('one')!.revision.apps);
  });

  it('is a reason for a cluster that leaves, too', () => {
    const state = after(2, { revision: 1 }, { decommission: 'orphan' });
    const said = new Map(
      [...state.bundles].map(([name, bundle]) => [
        name,
        { ...bundle, revision: { ...bundle.revision, decommission: 'orphan' as const } },
      ]),
    );
    const [next] = planFor({ ...state, bundles: said }, []).next;
    expect([next?.revision.format, next?.revision.decommission]).toEqual([1, 'orphan']);
  });
});

describe('an application that the format of an agent cannot say', () => {
  it('is held, and its owner is told what to upgrade', () => {
    const hold = agentTooOld({ number: 1, lacks: () => 'a step' }, bundleApp('web'), 'prod');
    expect(hold).toMatchObject({
      app: 'default/web',
      cluster: 'prod',
      by: 'agent',
      reason: 'the agent of prod reads bundles of format 1 only: a step needs a newer agent',
      problems: [{ code: 'AGENT_TOO_OLD', hint: 'upgrade the agent' }],
    });
  });

  it('is none where the format says it all', () => {
    expect(agentTooOld(formats.revision.at(1), bundleApp('web'), 'prod')).toBeNull();
  });
});
