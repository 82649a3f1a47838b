import { describe, expect, it } from 'vitest';
import { untilChanged } from '../../../../agent/model/until-changed.ts';
import type { Live, LiveObject } from '../../../../agent/model/live.ts';
import type { ObjectId } from '../../../../shared/model/object.ts';

const web = 'apps/Deployment default/web' as ObjectId;
const service = '/Service default/web' as ObjectId;
const objectOf = (message: string) => ({ message }) as LiveObject;

/** A view that can be changed, and a computation over it that counts how often it runs. */
function scene(isLasting?: (answer: string) => boolean) {
  const objects = new Map<ObjectId, LiveObject>([[web, objectOf('one')]]);
  const facts = { isSynced: true, endpoints: 2 as number | null };
  const live: Live = {
    object: (id) => objects.get(id),
    isSynced: () => facts.isSynced,
    readyEndpoints: () => facts.endpoints,
  };
  const kept = untilChanged<object, string>(isLasting);
  const owner = {};
  let runs = 0;
  const compute = (view: Live) => {
    runs += 1;
    const ready = view.object(web)?.message === 'one' ? view.readyEndpoints(service) : 'not asked';
    return `${view.object(web)?.message ?? 'not there'} ${view.isSynced(web)} ${ready}`;
  };
  const ask = (inputs: readonly unknown[] = [1], of: object = owner) => kept({ owner: of, inputs, live, compute });
  return { objects, facts, ask, runs: () => runs };
}

describe('a computation that is kept until something of it changes', () => {
  it('runs once while nothing changes', () => {
    const { ask, runs } = scene();
    expect([ask(), ask(), ask()]).toEqual(Array(3).fill('one true 2'));
    expect(runs()).toBe(1);
  });

  type Scene = ReturnType<typeof scene>;
  it.each<[string, (scene: Scene) => void, string]>([
    ['an object that it read', ({ objects }) => objects.set(web, objectOf('two')), 'two true not asked'],
    ['an object that went', ({ objects }) => objects.delete(web), 'not there true not asked'],
    ['whether a kind is listed', ({ facts }) => void (facts.isSynced = false), 'one false 2'],
    ['ready endpoints', ({ facts }) => void (facts.endpoints = null), 'one true null'],
  ])('runs again after a change of %s', (_, change, answer) => {
    const one = scene();
    one.ask();
    change(one);
    expect([one.ask(), one.ask()]).toEqual([answer, answer]);
    expect(one.runs()).toBe(2);
  });

  it('runs again for an object that became there after it was asked for', () => {
    const { objects, ask } = scene();
    objects.delete(web);
    expect(ask()).toBe('not there true not asked');
    objects.set(web, objectOf('one'));
    expect(ask()).toBe('one true 2');
  });

  it('does not run again for what it did not read', () => {
    const { objects, facts, ask, runs } = scene();
    objects.set(web, objectOf('two'));
    ask();
    facts.endpoints = 7;
    objects.set(service, objectOf('new'));
    ask();
    expect(runs()).toBe(1);
  });

  it.each([
    [[1], [2]],
    [[1], [1, 1]],
    [[1, 1], [1]],
    [[{}], [{}]],
  ])('runs again when its inputs were %j and are %j', (before, after) => {
    const { ask, runs } = scene();
    ask(before);
    ask(after);
    expect(runs()).toBe(2);
  });

  it('keeps the answers of owners apart', () => {
    const { objects, ask, runs } = scene();
    const other = {};
    ask();
    ask([1], other);
    objects.set(web, objectOf('two'));
    expect([ask(), ask([1], other)]).toEqual(['two true not asked', 'two true not asked']);
    expect(runs()).toBe(4);
  });

  it('keeps no answer that time alone can change, and forgets the one before it', () => {
    const { objects, facts, ask, runs } = scene((answer) => !answer.includes('two'));
    ask();
    objects.set(web, objectOf('two'));
    ask();
    ask();
    expect(runs()).toBe(3);
    objects.set(web, objectOf('one'));
    facts.isSynced = true;
    ask();
    expect(runs()).toBe(4);
  });
});
