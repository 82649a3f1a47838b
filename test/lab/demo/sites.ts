import { join } from 'node:path';
import { agentNames } from '../../../shared/model/names.ts';
import { openClusterView, type ClusterView } from './cluster-view.ts';
import type { RealCluster } from './options.ts';
import { startProgram, type Program } from './program.ts';
import { roles, type Way } from './script.ts';

/** A cluster of the demo, before it joins. */
export interface DemoSite {
  readonly name: string;
  readonly way: Way;
  readonly kubeconfig: string;
  readonly context?: string;
  readonly allowExec: boolean;
  readonly view: ClusterView;
  /** Its process; null for a real cluster. */
  readonly program: Program | null;
  readonly url: string;
}

const signal = new AbortController().signal;

/** Starts embedded clusters, each a process of its own, in the roles that no real cluster takes; `opened` is told of each. */
export async function openSites(
  folder: string,
  real: readonly RealCluster[],
  opened: (site: DemoSite) => void,
): Promise<DemoSite[]> {
  return Promise.all(
    roles.map(async ({ name, way }, index) => {
      const given = real[index];
      const site = await (given === undefined ? embedded(folder, name, way) : connected(name, given));
      opened(site);
      return site;
    }),
  );
}

async function embedded(folder: string, name: string, way: Way): Promise<DemoSite> {
  const kubeconfig = join(folder, `${name}.kubeconfig`);
  const crds = way === 'ingress' ? [] : ['--crds', way];
  const args = [
    'test/lab/cluster/main.ts',
    '--name',
    name,
    '--kubeconfig',
    kubeconfig,
    '--ready-delay',
    '300',
    ...crds,
  ];
  const program = startProgram(`cluster ${name}`, args, { logFile: join(folder, 'logs', `cluster-${name}.log`) });
  const [url] = await program.says(/http:\S+/);
  return { name, way, kubeconfig, allowExec: false, view: openClusterView(kubeconfig), program, url };
}

/** A cluster that is there already: what it offers decides how it carries traffic; one that runs an agent is left alone. */
async function connected(name: string, { kubeconfig, context }: RealCluster): Promise<DemoSite> {
  const view = openClusterView(kubeconfig, context, true);
  const place = context ?? kubeconfig;
  const served = await view.kube.resources(signal).catch((error: unknown) => {
    throw new Error(`${place} cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
  });
  if ((await view.get(`/Namespace//${agentNames.namespace}`)) !== undefined) {
    throw new Error(`${place} has a namespace ${agentNames.namespace} already: the demo leaves such a cluster alone`);
  }
  const has = (kind: string): boolean => served.some((resource) => resource.kind === kind);
  const way: Way = has('VirtualService') ? 'istio' : has('HTTPRoute') ? 'gateway-api' : 'ingress';
  return {
    name,
    way,
    kubeconfig,
    ...(context === undefined ? {} : { context }),
    allowExec: true,
    view,
    program: null,
    url: place,
  };
}
