import { describe, expect, it } from 'vitest';
import { trackingHolds } from '../../../hub/model/hold-memory.ts';
import { tellingProblems } from '../../../hub/model/problems.ts';
import type { FoundHold } from '../../../hub/model/hold.ts';
import { findingRows } from '../../../hub/rows.ts';
import { turnsOf } from '../../fixtures/loop.ts';
import { bundleApp, enrolledCluster, now, published, stateOf } from '../../fixtures/hub/status.ts';

const names = Array.from({ length: 300 }, (_, index) => `c${index}`);
const bundles = names.map((name) => published(name, [bundleApp('web')]));
const [empty, full] = [
  stateOf([]),
  stateOf(
    names.map((name) => enrolledCluster(name)),
    bundles,
  ),
];

const holds = Array.from({ length: 10_000 }, (_, index): FoundHold => {
  const problem = { code: 'OBJECT_INVALID', message: `problem ${index}`, severity: 'error' } as const;
  return { app: `default/a${index}`, cluster: null, by: 'render', reason: '', problems: [problem] };
});

const works = {
  'bundles that changed': () => findingRows({ state: empty, holds: [] }, { state: full, holds: [] }),
  'holds that began': () => findingRows({ state: empty, holds: [] }, { state: empty, holds }),
  'dating holds': () => trackingHolds({ last: null }, holds, { state: empty, now: new Date(now).toISOString() }),
  'telling problems': () => tellingProblems([{ holds }]),
};

describe('what a pass tells of a large fleet', () => {
  it.each(Object.entries(works))('lets others have their turn: %s', async (_, work) => {
    expect(await turnsOf(work())).toBeGreaterThan(2);
  });
});
