import { describe, expect, it } from 'vitest';
import { planRemoval, type Gate } from '../../../../agent/rollout/removal.ts';
import { observe, shortName, type Situation } from '../../../fixtures/agent/rollout.ts';

/** What is scaled to zero and what is deleted now, of how many obsolete objects. */
function words(situation: Situation, gate: Gate): string {
  const { scaleToZero, remove, outstanding, isDraining } = planRemoval(observe(situation), gate);
  const parts = [
    ...(scaleToZero.length > 0 ? [`stop ${scaleToZero.map(shortName).join(' ')}`] : []),
    ...(remove.length > 0 ? [`delete ${remove.map(shortName).join(' ')}`] : []),
    ...(isDraining ? ['pods still run'] : []),
  ];
  return `${parts.join(', ') || 'nothing'} (of ${outstanding})`;
}

const open: Gate = { mayRoute: true, mayDrop: true };
const unready: Gate = { mayRoute: true, mayDrop: false };
const unmoved: Gate = { mayRoute: false, mayDrop: false };
const v2 = { v2: '2 pods, 100%' };

describe('of what the bundle does not want any more', () => {
  it.each<[rule: string, situation: Situation, gate: Gate, words: string]>([
    ['nothing goes when all of it is wanted', { wanted: v2, live: { v2: '2/2' } }, open, 'nothing (of 0)'],
    [
      'a workload with pods goes to zero first, and its Service stays',
      { wanted: v2, live: { v1: '2/2', v2: '2/2' } },
      open,
      'stop web-v1, pods still run (of 2)',
    ],
    [
      'a workload at zero waits for pods that are being stopped',
      { wanted: v2, live: { v1: '0/0, 1 stopping', v2: '2/2' } },
      open,
      'pods still run (of 2)',
    ],
    [
      'a workload without pods is deleted before the rest',
      { wanted: v2, live: { v1: '0/0', v2: '2/2' } },
      open,
      'delete web-v1 (of 2)',
    ],
    [
      'the rest is deleted when no workload is left',
      { wanted: v2, live: { v1: '0/0, only its Service', v2: '2/2' } },
      open,
      'delete v1 (of 1)',
    ],
    [
      'nothing with ready pods goes while the wanted objects are not ready',
      { wanted: v2, live: { v1: '2/2', v2: '0/2' }, route: { v2: 100 } },
      unready,
      'pods still run (of 2)',
    ],
    [
      'a workload without a ready pod and without traffic goes early',
      { wanted: v2, live: { v1: '0/2', v2: '0/2' }, route: { v2: 100 } },
      unready,
      'stop web-v1, pods still run (of 2)',
    ],
    [
      'a workload without a ready pod stays while a live route leads to it',
      { wanted: v2, live: { v1: '0/2', v2: '2/2' }, route: { v1: 100 } },
      unready,
      'pods still run (of 2)',
    ],
    [
      'a workload without a ready pod goes early when its live weight is 0, whatever others get',
      { wanted: v2, live: { v1: '0/2', v2: '2/2' }, route: { v1: 0, v2: 100 } },
      unready,
      'stop web-v1, pods still run (of 2)',
    ],
    [
      'a workload without a ready pod stays while it gets a part of the traffic',
      { wanted: v2, live: { v1: '0/2', v2: '2/2' }, route: { v1: 40, v2: 60 } },
      unready,
      'pods still run (of 2)',
    ],
    [
      'a workload that is not there any more is dropped from the inventory',
      { wanted: v2, live: { v1: '0/0, vanished', v2: '0/2' }, route: { v2: 100 } },
      unready,
      'delete web-v1 (of 2)',
    ],
    [
      'a workload of a kind that is not listed is no idle one',
      { wanted: v2, live: { v1: '0/2', v2: '2/2' }, unlisted: ['Deployment'] },
      unready,
      'pods still run (of 2)',
    ],
    [
      'the traffic object goes before everything else',
      { wanted: null, live: { v1: '2/2' }, route: { v1: 100 } },
      open,
      'delete route, pods still run (of 3)',
    ],
    [
      'the traffic object stays while the wanted split is not live',
      { wanted: null, live: { v1: '2/2' }, route: { v1: 100 } },
      unmoved,
      'pods still run (of 3)',
    ],
  ])('%s', (_, situation, gate, expected) => {
    expect(words(situation, gate)).toBe(expected);
  });
});
