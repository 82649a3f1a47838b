import { describe, expect, it } from 'vitest';
import type { AppObservation } from '../../../../agent/model/plan.ts';
import type { ServedObject } from '../../../../agent/model/served.ts';
import { keptObjects, type KeepGate } from '../../../../agent/rollout/keep.ts';
import type { ObjectId } from '../../../../shared/model/object.ts';
import { exampleApp } from '../../../fixtures/agent/apps.ts';
import { observe, routerId, shortName, type Situation } from '../../../fixtures/agent/rollout.ts';

const { app: before } = exampleApp([{ n: 1, replicas: 2, weight: 100 }]);
const toV2: Situation = { wanted: { v2: '3 pods, 100%' }, live: { v1: '2/2', v2: '0/3' }, route: { v1: 100 } };
const [web, service]: ObjectId[] = ['apps/Deployment/default/example-web-v1', '/Service/default/example-v1'];
const waiting: KeepGate = {
  held: new Set(),
  removal: { scaleToZero: [], remove: [], outstanding: 2, isDraining: false },
  mayDrop: false,
};

/** What was applied of these ids, by the bundle before. */
function servedIn(observed: AppObservation, ids: readonly ObjectId[]): AppObservation {
  const served = ids.map((id): [ObjectId, ServedObject] => [id, { app: before, digest: 'sha256:old' }]);
  return { ...observed, served: new Map(served) };
}

/** `NAME` of each kept object, with its replicas and weights. */
function kept(situation: Situation, ids: readonly ObjectId[], gate: Partial<KeepGate> = {}): string[] {
  const observed = servedIn(observe(situation), ids);
  const { ids: names, replicas, weights } = keptObjects(observed, observed.app!, { ...waiting, ...gate });
  return names.map((id) =>
    [shortName(id), replicas.get(id), weights.get(id)?.join(' ')].filter((part) => part !== undefined).join(' '),
  );
}

describe('what serves keeps its repair', () => {
  it.each<[rule: string, situation: Situation, gate: Partial<KeepGate>, kept: readonly string[]]>([
    ['while its successor is not ready', toV2, {}, ['web-v1 2', 'v1']],
    ['not once everything that is wanted is ready and has its traffic', toV2, { mayDrop: true }, []],
    ['not once it may be removed', toV2, { removal: { ...waiting.removal, remove: [web!] } }, ['v1']],
    ['not once it may be stopped', toV2, { removal: { ...waiting.removal, scaleToZero: [web!] } }, ['v1']],
    [
      'with the pods that it has, where those are more',
      { ...toV2, live: { v1: '5/5', v2: '0/3' } },
      {},
      ['web-v1 5', 'v1'],
    ],
    [
      'with the pods that were wanted, where those are more',
      { ...toV2, live: { v1: '1/1', v2: '0/3' } },
      {},
      ['web-v1 2', 'v1'],
    ],
    ['although it was deleted by hand', { ...toV2, live: { v1: '2/2, vanished', v2: '0/3' } }, {}, ['web-v1 2', 'v1']],
    ['not where it was never created here', { ...toV2, live: { v2: '0/3' } }, {}, []],
  ])('%s', (_, situation, gate, expected) => {
    expect(kept(situation, [web!, service!], gate)).toEqual(expected);
  });

  it('in the content that was applied, while the one that is wanted must not be written yet', () => {
    const isHeld = { held: new Set([routerId]) };
    expect(kept({ ...toV2, route: { v1: 100 } }, [routerId], isHeld)).toEqual(['route 100']);
    expect(kept({ ...toV2, route: { v1: 100 } }, [routerId], {})).toEqual([]);
    expect(kept({ ...toV2, route: { v1: 100 } }, [routerId], { ...isHeld, mayDrop: true })).toEqual(['route 100']);
  });
});

describe('the traffic of what serves', () => {
  const isHeld = { held: new Set([routerId]) };
  it.each<[rule: string, situation: Situation, kept: readonly string[]]>([
    ['stays what it is', { ...toV2, route: { v1: 70 } }, ['route 70']],
    [
      'is what it was where its object was deleted, and pods are ready',
      { wanted: toV2.wanted, live: toV2.live },
      ['route 100'],
    ],
    ['is not made again where nothing behind it is ready', { wanted: toV2.wanted, live: { v1: '0/2', v2: '0/3' } }, []],
  ])('%s', (_, situation, expected) => {
    expect(kept(situation, [routerId], isHeld)).toEqual(expected);
  });
});

describe('what serves, and whose content is not at hand since a restart', () => {
  const unrepaired = (situation: Situation, gate: Partial<KeepGate> = {}, served: readonly ObjectId[] = []) => {
    const observed = servedIn(observe(situation), served);
    return keptObjects(observed, observed.app!, { ...waiting, ...gate }).unrepaired.map(shortName);
  };
  const gone: Situation = { ...toV2, live: { v1: '2/2, vanished', v2: '0/3' } };
  const edited: Situation = { ...toV2, live: { v1: '2/2, edited', v2: '0/3' } };
  const route: Situation = { ...toV2, route: { v1: 100 }, isOldRoute: true, isEditedRoute: true };
  it.each<[rule: string, found: readonly string[], expected: readonly string[]]>([
    ['is told where it was deleted by hand', unrepaired(gone), ['web-v1']],
    ['is told where it was changed', unrepaired(edited), ['web-v1']],
    ['is not where it is as it was applied', unrepaired(toV2), []],
    ['is not where its content is at hand: it is repaired', unrepaired(gone, {}, [web!]), []],
    ['is not once it may be removed', unrepaired(gone, { removal: { ...waiting.removal, remove: [web!] } }), []],
    ['is not once it may be stopped', unrepaired(edited, { removal: { ...waiting.removal, scaleToZero: [web!] } }), []],
    ['is not once what is wanted serves', unrepaired(gone, { mayDrop: true }), []],
    ['is not where its kind is not listed', unrepaired({ ...gone, unlisted: ['Deployment'] }), []],
    [
      'is told while the wanted content must not be written yet',
      unrepaired(route, { held: new Set([routerId]) }),
      ['route'],
    ],
    ['is not where that may be written', unrepaired(route), []],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
