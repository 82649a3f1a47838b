import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { realBackend } from '../bench/backend.ts';
import { quantile } from '../bench/figures.ts';
import { configMap, rawApplication } from '../bench/objects.ts';
import { pushToApplied } from '../bench/pushes.ts';
import { observe } from '../bench/watching.ts';
import { openClusterView } from '../demo/cluster-view.ts';
import { startWorld } from '../demo/world.ts';
import { describeControlPlane } from './suite.ts';

const pushes = 20;

describeControlPlane('the way of a push', (binaries) => {
  it('every push arrives; how fast is printed and never judged', { timeout: 180_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-speed-'));
    const cluster = await realBackend(binaries).start('local');
    const view = openClusterView(cluster.kubeconfig);
    const world = await startWorld({ folder, localCluster: 'local' });
    try {
      await world.config.push({ 'README.md': 'speed\n' }, 'a first commit');
      await world.join({ name: 'local', kubeconfig: cluster.kubeconfig });
      await world.untilStatus('the agent to enrol', ({ clusters }) => clusters[0]?.state === 'joined');
      const maps = await observe(view, { group: '', kind: 'ConfigMap' }, 'default');
      const samples = await pushToApplied(world, maps, {
        pushes,
        files: (round) => ({ 'settings.yaml': rawApplication('settings', [configMap('settings', `${round}`)]) }),
        isThere: ({ metadata, data }, round) =>
          metadata.name === 'settings' && JSON.stringify(data) === JSON.stringify({ value: `${round}` }),
      });
      maps.close();
      expect(samples).toHaveLength(pushes);
      const [p50, p90, max] = [0.5, 0.9, 1].map((share) => quantile(samples, share).toFixed(0));
      process.stdout.write(`push -> applied over ${pushes} pushes: p50 ${p50} ms, p90 ${p90} ms, max ${max} ms\n`);
    } finally {
      await world.stop();
      view.close();
      await cluster.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
