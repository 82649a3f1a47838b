import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { kubectlPath } from '../../config/tools.ts';
import type { Screen } from './screen.ts';
import type { DemoSite } from './sites.ts';
import type { World } from './world.ts';

/** What there is to try while everything goes on running. */
export async function farewell(screen: Screen, world: World, sites: readonly DemoSite[]): Promise<string[]> {
  const kubectl = await kubectlCommand();
  const { config, dataFolder, hubUrl } = world;
  const command = (text: string): string => `  ${screen.paint('strong', text)}`;
  return [
    'Everything goes on running until Ctrl-C. Try, from this folder in another terminal:',
    '',
    command(`npm run -s hub -- status --watch --data ${dataFolder}`),
    command(`npm run -s hub -- cluster list --data ${dataFolder}`),
    ...sites.map(({ name, kubeconfig, context }) => {
      const of = context === undefined ? '' : ` --context ${context}`;
      return command(`${kubectl} --kubeconfig ${kubeconfig}${of} get deploy,${routeOf(sites, name)}`);
    }),
    '',
    'Back to version 2, in the config repository:',
    command(`git -C ${config.workTree} revert --no-edit HEAD && git -C ${config.workTree} push origin main`),
    '',
    `  config repository  ${config.url}`,
    `  hub                ${hubUrl}`,
  ];
}

function routeOf(sites: readonly DemoSite[], name: string): string {
  const way = sites.find((site) => site.name === name)?.way;
  return way === 'istio' ? 'virtualservice' : way === 'gateway-api' ? 'httproute' : 'ingress';
}

/** The user's own kubectl, else the one that comes with the development packages. */
async function kubectlCommand(): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const own = folders.some((folder) => existsSync(join(folder, 'kubectl')));
  return own ? 'kubectl' : ((await kubectlPath()) ?? 'kubectl');
}
