import { channel } from '../../../fixtures/hub/facts.ts';
import { describe, expect, it } from 'vitest';
import { bundleDigest, bundleObjects } from '../../../../shared/wire/bundle.ts';
import { formats } from '../../../../shared/wire/formats.ts';
import {
  app,
  heldBack,
  id,
  idsOf,
  many,
  now,
  object,
  planFor,
  record,
  registration,
  report,
  reports,
  retiredIds,
  sent,
  start,
  step,
} from '../../../fixtures/hub/plan.ts';

describe('the next bundle', () => {
  it('is made for every registered cluster, even with nothing to run', () => {
    const { next } = planFor(start, []);
    expect(next.map(({ revision }) => [revision.cluster, revision.generation, revision.apps])).toEqual([
      ['one', 1, []],
    ]);
  });

  it('has what the wire asks for, and the bytes of every object', () => {
    const [next] = planFor(start, [app('web', ['Service/web', 'Deployment:apps/web@web-v1'])]).next;
    const full = { ...next!.revision, ledger: 1, issuedAt: now, freshUntil: now };
    expect(formats.revision.decodeValue(full)).toEqual(full);
    expect([...next!.files.keys()].sort()).toEqual(
      ['objects/default.web/Deployment.apps/default/web.json', 'objects/default.web/Service/default/web.json'].sort(),
    );
    const objects = bundleObjects(full);
    const bytes = [...next!.files.values()].reduce((sum, file) => sum + file.length, 0);
    expect(full.bundle).toEqual({ digest: bundleDigest(objects), objects: 2, bytes });
    expect(full.apps[0]!.revisions).toEqual([{ name: 'web-v1', objects: [id('Deployment:apps/web')] }]);
  });

  it('is not made when nothing changed, nor when only the commit did', () => {
    const state = step(start, [app('web', ['ConfigMap/a'])]);
    expect(
      planFor(state, [app('web', ['ConfigMap/a'], { source: 'c2' })], {
        source: { repository: 'r', commit: 'c2' },
      }).next,
    ).toEqual([]);
  });

  it('keeps the commit that an unchanged application came from when another one changes', () => {
    const state = step(start, [app('a', ['ConfigMap/a']), app('b', ['ConfigMap/b'])]);
    const next = step(state, [
      app('a', ['ConfigMap/a'], { source: 'c2' }),
      app('b', [object('ConfigMap/b', { data: { x: '1' } })], { source: 'c2' }),
    ]);
    expect(sent(next).apps.map(({ name, source }) => [name, source])).toEqual([
      ['a', 'c1'],
      ['b', 'c2'],
    ]);
    expect(sent(next).generation).toBe(2);
  });

  it('carries files of changed objects only', () => {
    const state = step(start, [app('web', ['ConfigMap/a', 'ConfigMap/b'])]);
    const [next] = planFor(state, [app('web', ['ConfigMap/a', object('ConfigMap/b', { data: { x: '1' } })])]).next;
    expect([...next!.files.keys()]).toEqual(['objects/default.web/ConfigMap/default/b.json']);
    expect(next!.revision.bundle.objects).toBe(2);
  });

  it('is made again when a label of the cluster changes', () => {
    const state = step(start, [app('web', ['ConfigMap/a'])]);
    const labels = new Map([['one', { env: 'stage' }]]);
    const next = step(state, [app('web', ['ConfigMap/a'])], { labels });
    expect([sent(next).generation, sent(next).labels]).toEqual([2, { env: 'stage' }]);
    expect(planFor(next, [app('web', ['ConfigMap/a'])], { labels }).next).toEqual([]);
  });

  it('is never made for a revoked cluster', () => {
    const state = { ...start, clusters: new Map([['one', { ...record, revoked: true }]]) };
    expect(planFor(state, [app('web', ['ConfigMap/a'])]).next).toEqual([]);
  });

  it('starts anew for a new registration, with a higher generation and nothing retired', () => {
    const state = step(start, [app('web', ['ConfigMap/a', 'ConfigMap/b'])]);
    const replaced = {
      ...state,
      clusters: new Map([['one', { ...record, registration: '33333333-3333-4333-8333-333333333333' }]]),
    };
    const next = sent(step(replaced, [app('web', ['ConfigMap/a'])]));
    expect([next.generation, next.registration.slice(0, 4), next.retired]).toEqual([2, '3333', []]);
  });
});

describe('an application that failed or is held', () => {
  it.each([
    ['on this cluster', [heldBack('default/bad', 'one')], true],
    ['on every cluster', [heldBack('default/bad', null)], true],
    ['on another cluster alone', [heldBack('default/bad', 'two')], false],
  ])('stays byte for byte when it failed %s', (_, holds, stays) => {
    const state = step(start, [app('bad', ['ConfigMap/bad']), app('good', ['ConfigMap/good'])]);
    const changed = app('good', [object('ConfigMap/good', { data: { x: '1' } })], { source: 'c2' });
    const next = step(state, [changed], {
      holds,
      sizes: () => new Map([['objects/default.bad/ConfigMap/default/bad.json', 100]]),
    });
    const names = sent(next).apps.map(({ name }) => name);
    expect(names).toEqual(stays ? ['bad', 'good'] : ['good']);
    if (!stays) return;
    expect(sent(next).apps[0]).toEqual(sent(state).apps[0]);
    expect(sent(next).retired).toEqual([]);
    expect(planFor(state, [changed], { holds }).next[0]!.files.size).toBe(1);
  });

  it('is left out when it was never published', () => {
    const next = step(start, [], { holds: [heldBack('default/bad', null)] });
    expect(sent(next).apps).toEqual([]);
  });

  it('makes no generation by itself', () => {
    const state = step(start, [app('bad', ['ConfigMap/bad'])]);
    expect(planFor(state, [], { holds: [heldBack('default/bad', null)] }).next).toEqual([]);
  });

  it('stays when its objects cannot be delivered, with the problem, while others proceed', () => {
    const state = step(start, [app('bad', ['ConfigMap/bad']), app('good', ['ConfigMap/good'])]);
    const large = app('bad', [object('ConfigMap/bad', { data: { x: 'x'.repeat(1024 * 1024) } })]);
    const result = planFor(state, [large, app('good', ['ConfigMap/good', 'ConfigMap/more'])]);
    expect(result.problems.map(({ code, app: unit, cluster }) => [code, unit, cluster])).toEqual([
      ['LIMIT_EXCEEDED', 'default/bad', 'one'],
    ]);
    expect(idsOf(result.next[0]!.revision)).toEqual([id('ConfigMap/bad'), id('ConfigMap/good'), id('ConfigMap/more')]);
  });
});

describe('the limits of a bundle', () => {
  const blob = (name: string, bytes: number) => object(`ConfigMap/${name}`, { data: { x: 'x'.repeat(bytes) } });

  it.each([
    [5_000, []],
    [5_001, ['LIMIT_EXCEEDED']],
  ])('count %i objects', (count, codes) => {
    const result = planFor(start, [app('small', ['Service/s']), app('web', many('web', count - 1))]);
    expect(result.problems.map(({ code }) => code)).toEqual(codes);
    expect(result.next[0]!.revision.apps.map(({ name }) => name)).toEqual(
      codes.length === 0 ? ['small', 'web'] : ['small'],
    );
  });

  it('stops only the unit that grows beyond 8 MiB, and keeps what it had', () => {
    const state = step(start, [app('a', ['ConfigMap/a']), app('z', ['ConfigMap/z'])]);
    const large = Array.from({ length: 9 }, (_, i) => blob(`z-${i}`, 1_000_000));
    const result = planFor(state, [app('a', ['ConfigMap/a', 'ConfigMap/b']), app('z', large)]);
    expect(result.problems.map(({ code, app: unit }) => [code, unit])).toEqual([['LIMIT_EXCEEDED', 'default/z']]);
    expect(idsOf(result.next[0]!.revision)).toEqual([id('ConfigMap/a'), id('ConfigMap/b'), id('ConfigMap/z')]);
  });
});

describe('one id for one application', () => {
  it('goes to the first by name when neither had it', () => {
    const result = planFor(start, [app('b', ['ConfigMap/x']), app('a', ['ConfigMap/x'])]);
    expect(result.next[0]!.revision.apps.map(({ name }) => name)).toEqual(['a']);
    expect(result.problems).toMatchObject([{ code: 'NAME_TAKEN', app: 'default/b', cluster: 'one' }]);
  });

  it('stays with the one that has it in the ledger', () => {
    const state = step(start, [app('b', ['ConfigMap/x'])]);
    const result = planFor(state, [app('b', ['ConfigMap/x']), app('a', ['ConfigMap/x', 'ConfigMap/y'])]);
    expect(result.next).toEqual([]);
    expect(result.problems).toMatchObject([{ code: 'NAME_TAKEN', app: 'default/a' }]);
  });

  it('leaves the loser as it was published', () => {
    const state = step(start, [app('a', ['ConfigMap/a']), app('b', ['ConfigMap/x'])]);
    const next = step(state, [app('a', ['ConfigMap/x']), app('b', ['ConfigMap/x', 'ConfigMap/more'])]);
    expect(idsOf(sent(next))).toEqual([id('ConfigMap/a'), id('ConfigMap/more'), id('ConfigMap/x')]);
  });

  it('moves to another application without being deleted', () => {
    const state = step(start, [app('a', ['ConfigMap/x', 'ConfigMap/a'])]);
    const next = sent(step(state, [app('a', ['ConfigMap/a']), app('b', ['ConfigMap/x'])]));
    expect(next.apps.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(next.retired).toEqual([]);
  });

  it('stays with an application that failed to render', () => {
    const state = step(start, [app('a', ['ConfigMap/x'])]);
    const result = planFor(state, [app('b', ['ConfigMap/x'])], { holds: [heldBack('default/a', null)] });
    expect(result.next).toEqual([]);
    expect(result.problems).toMatchObject([{ code: 'NAME_TAKEN', app: 'default/b' }]);
  });

  it('waits for an application that is held back while it leaves, and says that it goes on by itself', () => {
    const names = Array.from({ length: 12 }, (_, index) => `ConfigMap/x${index}`);
    const state = step(start, [app('shop', names)]);
    const result = planFor(state, [app('store', [names[0]!])]);
    const { problems } = result;
    expect(problems.map(({ code, app: unit }) => `${code} ${unit}`).sort()).toEqual([
      'MASS_DELETE default/shop',
      'NAME_TAKEN default/store',
    ]);
    expect(problems.find(({ code }) => code === 'NAME_TAKEN')?.hint).toBe(
      'this goes on by itself once default/shop, which stays as it was published now, changes or leaves',
    );
    const others = planFor(step(start, [app('a', names)]), [app('a', names), app('b', names)]);
    expect(others.problems).toMatchObject([{ app: 'default/b', hint: 'rename one of the two' }]);
  });
});

describe('an old backup of the ledger', () => {
  const state = step(start, [app('web', ['ConfigMap/a'])]);
  const mark = (epoch: number, generation: number) =>
    new Map([['one', { epoch, generation, revisionDigest: sent(state).bundle.digest! }]]);

  it.each([
    ['a higher generation of this epoch', mark(1, 2), true],
    ['the same generation', mark(1, 1), false],
    ['a higher generation of another epoch', mark(2, 9), false],
  ])('is noticed by %s', (_, reported, isBehind) => {
    const run = () => planFor(state, [app('web', ['ConfigMap/a'])], { reported });
    if (isBehind) expect(run).toThrow(expect.objectContaining({ code: 'LEDGER_BEHIND' }) as Error);
    else expect(run().next).toEqual([]);
  });

  it('is not noticed by what a report merely claims', () => {
    expect(planFor(state, [app('web', ['ConfigMap/a'])], { reports: reports(report(99)) }).next).toEqual([]);
  });
});

describe('v1, v2, v1', () => {
  it('ends with the objects of v1, those of v2 retired, none of v1', () => {
    const v1 = () => app('web', ['Deployment:apps/web-v1@web-v1', 'Service/web']);
    const v2 = () => app('web', ['Deployment:apps/web-v2@web-v2', 'Service/web']);
    const one = step(start, [v1()]);
    const two = step(one, [v2()]);
    expect(sent(two).retired).toEqual([{ id: id('Deployment:apps/web-v1'), since: 2 }]);
    const three = step(two, [v1()]);
    expect(sent(three).retired).toEqual([{ id: id('Deployment:apps/web-v2'), since: 3 }]);
    expect(sent(three).apps[0]!.digest).toBe(sent(one).apps[0]!.digest);
    expect(sent(three).generation).toBe(3);
    const [next] = planFor(two, [v1()]).next;
    expect([...next!.files.keys()]).toEqual(['objects/default.web/Deployment.apps/default/web-v1.json']);
    expect(retiredIds(sent(three).retired)).not.toContain(id('Deployment:apps/web-v1'));
    expect([channel, registration]).toEqual([sent(three).channel, sent(three).registration]);
  });
});
