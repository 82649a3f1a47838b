import { agentNames } from '../../../shared/model/names.ts';
import type { Screen } from './screen.ts';
import type { DemoSite } from './sites.ts';
import { stepFiles } from './examples.ts';
import { replicas } from './script.ts';
import type { World } from './world.ts';

const signal = new AbortController().signal;
const patienceMs = 60_000;

/** Leaves real clusters as they were found: the documents are deleted by a push, then the agents end and their namespace goes. */
export async function leaveRealClusters(screen: Screen, world: World, sites: readonly DemoSite[]): Promise<void> {
  const real = sites.filter(({ name, program }) => program === null && name in replicas);
  screen.print('');
  screen.say('  removing what the demo made in real clusters');
  const files = await stepFiles('1-v1', sites, ['', '']);
  const gone = Object.keys(files).filter((name) => name !== 'clusters.yaml');
  await world.config.push(Object.fromEntries(gone.map((name) => [name, null])), 'no application');
  for (const { view } of real) {
    for (const version of ['v1', 'v2', 'v3']) {
      await view.untilGone(`apps/Deployment/default/testsvc-${version}`, patienceMs);
      await view.untilGone(`/Service/default/example-app-${version}`, patienceMs);
    }
    await view.untilGone('/Service/default/example-app', patienceMs);
  }
  for (const { name, view } of real) {
    await world.agent(name).stop();
    const namespace = await view.get(`/Namespace//${agentNames.namespace}`);
    if (namespace?.metadata.uid === undefined) continue;
    const resource = await view.kube.resource({ group: '', kind: 'Namespace' }, signal);
    await view.kube.delete(
      { resource, namespace: '', name: agentNames.namespace },
      { uid: namespace.metadata.uid, propagation: 'Background', signal },
    );
  }
}
