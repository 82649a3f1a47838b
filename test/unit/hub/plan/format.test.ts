import { describe, expect, it } from 'vitest';
import { agentTooOld } from '../../../../hub/plan/format.ts';
import type { AgentReads, ClusterRecord } from '../../../../hub/model/registry.ts';
import type { State } from '../../../../hub/model/state.ts';
import { digestOf } from '../../../../shared/lib/canonical.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import { bundleApp } from '../../../fixtures/hub/status.ts';
import { app, object, planFor, record, start, step } from '../../../fixtures/hub/plan.ts';

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

describe('what format 1 cannot say', () => {
  const ordered = app('web', ['ConfigMap/b'], { dependsOn: { web: ['db'] } });

  it('holds the application where the agent reads no more than that', () => {
    const { next, holds } = planFor(after(1, { revision: 1 }), [ordered]);
    expect(next).toEqual([]);
    expect(holds.map(({ by, reason }) => [by, reason])).toEqual([
      ['agent', 'the agent of one reads bundles of format 1 only: components that wait for others needs a newer agent'],
    ]);
  });

  it('is said with the first bundle of the format that says it', () => {
    const [next] = planFor(after(1, { revision: 2 }), [ordered]).next;
    expect([next?.revision.format, next?.revision.apps[0]?.dependsOn]).toEqual([2, { web: ['db'] }]);
  });
});

describe('a cluster whose agent reads format 2', () => {
  const reads = { revision: 2 };
  const started: State = { ...start, clusters: new Map([['one', { ...record, reads }]]) };
  const changed = app('web', ['ConfigMap/b']);
  const sizes = () => new Map(objectsOf(step(start, [web])).map(({ path }) => [path, 100]));

  it('has it from the first bundle on, with totals and without a digest over all', () => {
    const [next] = planFor(started, [web]).next;
    expect(next?.revision.format).toBe(2);
    const [entry] = next!.revision.apps;
    expect(next?.revision.bundle).toEqual({ objects: 1, bytes: entry!.bytes! + entry!.objects[0]!.bytes! });
    expect(entry?.digest).toBe(digestOf(formats.revision.at(2).document(entry!)!));
  });

  it('has the same objects after the switch, and files of none that stays', () => {
    const more = app('more', ['ConfigMap/c']);
    const before = step(start, [web, more]);
    const state = { ...before, clusters: started.clusters };
    expect(planFor(state, [web, more], { sizes }).next).toEqual([]);
    const [next] = planFor(state, [changed, more], { sizes }).next;
    expect(next?.revision.format).toBe(2);
    expect([...next!.files.keys()]).toEqual(['objects/default.web/ConfigMap/default/b.json']);
    expect(next?.revision.apps[0]?.objects.map(({ id, path, digest }) => ({ id, path, digest }))).toEqual(
      before.bundles.get('one')!.revision.apps[0]?.objects,
    );
    expect(next?.revision.retired.map(({ id }) => id)).toEqual(['/ConfigMap/default/a']);
  });

  it('has a held application in the new format, too, with the sizes of what was published', () => {
    const state = { ...step(start, [web]), clusters: started.clusters };
    const held = [{ app: 'default/web', cluster: 'one', by: 'render' as const }];
    const [next] = planFor(state, [app('new', ['ConfigMap/n'])], { sizes, holds: held }).next;
    expect(next?.revision.apps.map(({ name, objects }) => [name, objects[0]?.bytes])).toEqual([
      ['new', expect.any(Number)],
      ['web', 100],
    ]);
  });

  it('is sent nothing new while nothing changes, and all that is about it when that alone changes', () => {
    const state = step(started, [web]);
    expect(planFor(state, [web]).next).toEqual([]);
    const [next] = planFor(state, [{ ...web, notes: ['n'] }]).next;
    const [before] = state.bundles.get('one')!.revision.apps;
    expect(next?.revision.apps[0]).toEqual({ ...before, notes: ['n'] });
    expect(next?.files.size).toBe(0);
    expect(planFor(state, [{ ...web, source: 'c2' }]).next).toEqual([]);
  });

  it('goes back to format 1 at once when its agent does, with the very digests of format 1', () => {
    const state = step(started, [web]);
    const lowered = new Map([['one', { ...record, reads: { revision: 1, loweredAt: '2026-01-01T00:00:00.000Z' } }]]);
    const [next] = planFor({ ...state, clusters: lowered }, [web]).next;
    expect(next?.revision.format).toBe(1);
    expect(next?.revision.apps).toEqual(step(start, [web]).bundles.get('one')!.revision.apps);
    expect(next?.files.size).toBe(0);
  });

  it('is told the registrations that it had, as soon as its format can say them, and once', () => {
    const predecessors = ['33333333-3333-4333-8333-333333333333'];
    const before = step({ ...start, clusters: new Map([['one', { ...record, predecessors }]]) }, [web]);
    expect(before.bundles.get('one')!.revision.predecessors).toBeUndefined();
    const raised = { ...before, clusters: new Map([['one', { ...record, predecessors, reads }]]) };
    const [next] = planFor(raised, [web], { sizes }).next;
    expect([next?.revision.format, next?.revision.predecessors]).toEqual([2, predecessors]);
    expect(planFor(step(raised, [web], { sizes }), [web]).next).toEqual([]);
  });

  it('may have more than format 1 allows', () => {
    const large = (name: string) => app(name, [object(`ConfigMap/${name}`, { data: { x: 'x'.repeat(900_000) } })]);
    const all = Array.from({ length: 12 }, (_, at) => large(`a${at}`));
    expect(planFor(start, all).problems.some(({ code }) => code === 'LIMIT_EXCEEDED')).toBe(true);
    expect(planFor(started, all).problems).toEqual([]);
  });
});

function objectsOf({ bundles }: State) {
  return bundles.get('one')!.revision.apps.flatMap(({ objects }) => objects);
}

describe('an application that the format of an agent cannot say', () => {
  it('2.34 is held, and its owner is told what to upgrade', () => {
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
