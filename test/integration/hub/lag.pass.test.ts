import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clusterRecord } from '../../fixtures/hub/facts.ts';
import { openPasses, type Passes } from '../../fixtures/hub/passes.ts';
import { heldBy, watchLoop, type LoopWatch } from '../../fixtures/loop.ts';
import { fleetFiles, labelsOf } from '../../lab/bench/fleet-documents.ts';

const [clusters, apps] = [500, 20];
const records = Array.from({ length: clusters }, (_, index) =>
  clusterRecord(`c${String(index).padStart(4, '0')}`, { labels: labelsOf(index, clusters) }),
);

/** Every deployment names the clusters of another label than before: what was there leaves, and is placed elsewhere. */
function moved(attempt: number): Record<string, string> {
  const files = fleetFiles(apps, 0, 'all');
  const texts = Object.entries(files).filter(([path]) => path.includes('deployment'));
  if (attempt % 2 === 0) return Object.fromEntries(texts);
  return Object.fromEntries(texts.map(([path, text]) => [path, text.replace('"tier": "prod"', '"tier": "test"')]));
}

/** Pushes whose decisions held the hub's only thread as a whole: each a pass over the fleet. */
const pushes: readonly (readonly [what: string, files: (attempt: number) => Readonly<Record<string, string>>])[] = [
  ['one application changes everywhere', (attempt) => fleetFiles(apps, attempt, 'everywhere')],
  ['nothing changes', () => ({})],
  ['half of the applications move to other clusters', moved],
];

describe('the loop of a hub, while a pass decides for a large fleet', () => {
  let dir: string;
  let passes: Passes;
  let loop: LoopWatch;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sluice-passes-'));
    passes = await openPasses(dir, records);
    // Code that runs for the first time takes ten times as long.
    await passes.run(fleetFiles(apps, 0, 'all'));
    loop = watchLoop();
  });
  afterAll(async () => {
    loop.stop();
    await passes.close();
    await rm(dir, { recursive: true });
  });

  it.each(pushes)('others have their turn: %s', async (_, files) => {
    const { longest, most } = await heldBy(loop, async (attempt) => {
      const { failure } = await passes.run(files(attempt));
      expect(failure).toBeNull();
    });
    expect(longest).toBeLessThan(most);
  });
});
