import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { roles } from './script.ts';

export const usage = `usage: npm run demo -- [rollout] [--keep] [--kubeconfig FILE [--context NAME]...]...

Runs Sluice on this machine: a Git server, a hub, and three clusters with an agent each, all on loopback.

  rollout            another story: twelve clusters, a canary, a soak, an approval, and a version that goes back by itself

  --keep             leave everything running afterwards, until Ctrl-C
  --kubeconfig FILE  use a real cluster (its current context) instead of an embedded one; up to ${roles.length}
  --context NAME     a context of that file; may be given several times
  --images V1,V2     what versions 1 and 2 run on real clusters (small public images unless told otherwise)

On real clusters it makes the namespace sluice-system and objects named testsvc-* and example-app* in the namespace
default, and removes them in the end.`;

/** A real cluster to use. */
export interface RealCluster {
  readonly kubeconfig: string;
  readonly context?: string;
}

export interface DemoOptions {
  /** Which story: two versions side by side, or a rollout over twelve clusters. */
  readonly story: 'versions' | 'rollout';
  readonly keep: boolean;
  readonly help: boolean;
  readonly real: readonly RealCluster[];
  readonly images: readonly [string, string];
}

/** Reads the command line; throws an Error that says what is wrong with it. `folder` is what relative paths mean. */
export function readOptions(args: readonly string[], folder: string): DemoOptions {
  const { values, tokens, positionals } = parseArgs({
    args: [...args],
    tokens: true,
    allowPositionals: true,
    options: {
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
      kubeconfig: { type: 'string', multiple: true },
      context: { type: 'string', multiple: true },
      images: { type: 'string', default: 'registry.k8s.io/pause:3.9,registry.k8s.io/pause:3.10' },
    },
  });
  const real = realClusters(
    tokens.flatMap((token) => (token.kind === 'option' ? [token] : [])),
    folder,
  );
  if (real.length > roles.length) throw new Error(`the demo takes up to ${roles.length} clusters`);
  const [v1, v2, ...more] = values.images.split(',');
  if (v1 === undefined || v2 === undefined || more.length > 0) throw new Error('--images takes two images: V1,V2');
  const [word, ...rest] = positionals;
  if (rest.length > 0 || (word !== undefined && word !== 'rollout'))
    throw new Error(`there is no story ${positionals.join(' ')}`);
  const story = word === undefined ? 'versions' : 'rollout';
  if (story === 'rollout' && real.length > 0)
    throw new Error('the story of a rollout has clusters of its own: leave --kubeconfig out');
  return { story, keep: values.keep, help: values.help, real, images: [v1, v2] };
}

/** A cluster for every context, and for every file that no context follows. */
function realClusters(
  tokens: readonly { readonly name: string; readonly value?: string | undefined }[],
  folder: string,
) {
  const real: RealCluster[] = [];
  for (const { name, value = '' } of tokens) {
    const last = real.at(-1);
    if (name === 'kubeconfig') real.push({ kubeconfig: resolve(folder, value) });
    if (name !== 'context') continue;
    if (last === undefined) throw new Error('--context needs a --kubeconfig before it');
    if (last.context === undefined) real.pop();
    real.push({ kubeconfig: last.kubeconfig, context: value });
  }
  return real;
}
