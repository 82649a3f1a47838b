import { describe, expect, it } from 'vitest';
import type { LiveObject } from '../../../../agent/model/live.ts';
import { outageOf } from '../../../../agent/report/outage.ts';
import { observe, type Situation } from '../../../fixtures/agent/rollout.ts';

/** What is said of the outage; `was` = v1 had been ready before. */
function words(situation: Situation, was = true): string | null {
  const { app, entries, live } = observe(situation);
  const object = (id: string): LiveObject | undefined => {
    const found = live.object(id);
    if (found?.replicas == null) return found;
    return { ...found, replicas: { ...found.replicas, wasReady: was } };
  };
  return outageOf({ ...live, object }, entries, { key: 'default/example', app, plan: null, skipped: null });
}

const v2 = { v2: '3 pods, 100%' };

describe('an application that has no ready pod', () => {
  it.each<[rule: string, situation: Situation, words: string | null]>([
    ['is none while the old revision serves', { wanted: v2, live: { v1: '1/3', v2: '0/3' } }, null],
    ['is none while the new one serves', { wanted: v2, live: { v1: '0/3', v2: '1/3' } }, null],
    ['is none when nothing served before', { wanted: v2, live: { v2: '0/3' } }, null],
    ['is none when what served was stopped', { wanted: v2, live: { v1: '0/0', v2: '0/3' } }, null],
    ['is none once its document is gone', { wanted: null, live: { v1: '0/3' } }, null],
    [
      'is one when neither has a ready pod',
      { wanted: v2, live: { v1: '0/3', v2: '0/3' } },
      'example has no ready pod: Deployment/example-web-v1 has 0 of 3 ready',
    ],
    [
      'is one when what served was deleted by hand',
      { wanted: v2, live: { v1: '0/3, vanished', v2: '0/3' } },
      'example has no ready pod: Deployment/example-web-v1 is not there',
    ],
    [
      'is none while it is not known',
      { wanted: v2, live: { v1: '0/3, vanished', v2: '0/3' }, unlisted: ['Deployment'] },
      null,
    ],
  ])('%s', (_, situation, expected) => {
    expect(words(situation)).toBe(expected);
  });

  it('is none where the old revision had never become ready', () => {
    expect(words({ wanted: v2, live: { v1: '0/3', v2: '0/3' } }, false)).toBeNull();
  });
});
