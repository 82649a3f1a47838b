import { join } from 'node:path';
import { openClusterView } from '../demo/cluster-view.ts';
import { startWorld } from '../demo/world.ts';
import type { Backend } from './backend.ts';
import { quantile, type Book } from './figures.ts';
import { configMap, rawApplication, webApplication } from './objects.ts';
import { pushToApplied } from './pushes.ts';
import { cpuLine, cpuSums, stageSums, stagesLine } from './stages.ts';
import { observe } from './watching.ts';

/** Measures push -> applied over one transport: a ConfigMap of raw objects, then, when asked, the image of a web service. */
export async function measurePushes(
  book: Book,
  backend: Backend,
  options: {
    readonly folder: string;
    readonly transport: 'feed' | 'git';
    readonly pushes: number;
    readonly floor: number | null;
    readonly web: boolean;
  },
): Promise<void> {
  const { transport, pushes, floor } = options;
  const suffix = transport === 'feed' ? '' : '-git';
  book.say(`push -> applied, ${transport} transport, on ${backend.name}: ${pushes} pushes`);
  const cluster = await backend.start('local');
  const view = openClusterView(cluster.kubeconfig);
  const world = await startWorld({ folder: join(options.folder, transport), localCluster: 'local', transport });
  try {
    await world.config.push({ 'README.md': 'bench\n' }, 'a first commit');
    await world.join({ name: 'local', kubeconfig: cluster.kubeconfig });
    await world.untilStatus('the agent to report', ({ clusters }) => clusters[0]?.state === 'joined');
    const maps = await observe(view, { group: '', kind: 'ConfigMap' }, 'default');
    const [before, cpu] = [await stageSums(world), await cpuSums(world)];
    const samples = await pushToApplied(world, maps, {
      pushes,
      files: (round) => ({ 'settings.yaml': rawApplication('settings', [configMap('settings', `${round}`)]) }),
      isThere: ({ metadata, data }, round) => metadata.name === 'settings' && valueOf(data) === `${round}`,
    });
    book.say(stagesLine(before, await stageSums(world), pushes + 5));
    book.say(cpuLine(cpu, await cpuSums(world), pushes + 5));
    const note = `${pushes} pushes, least ${quantile(samples, 0)} ms`;
    const [p50, p99] = [quantile(samples, 0.5), quantile(samples, 0.99)];
    book.add({ name: `push-applied${suffix}-p50`, value: p50, unit: 'ms', most: 80, note });
    book.add({ name: `push-applied${suffix}-p99`, value: p99, unit: 'ms', most: 200 });
    if (floor !== null) {
      book.add({ name: `push-applied${suffix}-vs-floor`, value: p50 / floor, unit: 'x', most: 1.3 });
      book.add({ name: `push-applied${suffix}-p99-vs-floor`, value: p99 / floor, unit: 'x', most: 2.5 });
    }
    maps.close();
    if (!options.web) return;
    const deployments = await observe(view, { group: 'apps', kind: 'Deployment' }, 'default');
    const early = await stageSums(world);
    const web = await pushToApplied(world, deployments, {
      pushes,
      files: (round) => ({ 'web.yaml': webApplication('web', `example/web:${round}`) }),
      isThere: ({ spec }, round) => JSON.stringify(spec).includes(`example/web:${round}"`),
    });
    book.say(stagesLine(early, await stageSums(world), pushes + 5));
    book.add({ name: `webservice-applied${suffix}-p50`, value: quantile(web, 0.5), unit: 'ms', most: 80 });
    book.add({ name: `webservice-applied${suffix}-p99`, value: quantile(web, 0.99), unit: 'ms', most: 200 });
    deployments.close();
  } finally {
    await world.stop();
    view.close();
    await cluster.stop();
  }
}

function valueOf(data: unknown): string | undefined {
  return (data as { readonly value?: string } | undefined)?.value;
}
