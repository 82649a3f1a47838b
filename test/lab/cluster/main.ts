import { parseArgs } from 'node:util';
import { startCluster } from './cluster.ts';
import { crdSets } from './crds/sets.ts';
import type { CrdSet } from './crds/sets.ts';

const usage = `usage: node test/lab/cluster/main.ts [--name NAME] [--crds istio,gateway-api] [--kubeconfig FILE] [--port N] [--ready-delay MS] [--nodes N]

Starts an embedded Kubernetes API on loopback and runs until it is interrupted.`;

const { values } = parseArgs({
  options: {
    name: { type: 'string' },
    crds: { type: 'string', multiple: true },
    kubeconfig: { type: 'string' },
    port: { type: 'string' },
    'ready-delay': { type: 'string' },
    nodes: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help === true) {
  process.stdout.write(`${usage}\n`);
} else {
  const crds = (values.crds ?? []).flatMap((list) => list.split(',')).map(crdSet);
  const cluster = await startCluster({
    crds,
    ...(values.name === undefined ? {} : { name: values.name }),
    ...(values.kubeconfig === undefined ? {} : { kubeconfigPath: values.kubeconfig }),
    ...(values.port === undefined ? {} : { port: wholeNumber(values.port) }),
    ...(values['ready-delay'] === undefined ? {} : { readyDelayMs: wholeNumber(values['ready-delay']) }),
    ...(values.nodes === undefined ? {} : { nodes: wholeNumber(values.nodes) }),
  });
  process.stdout.write(`${cluster.name} ${cluster.url} ${cluster.kubeconfig}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void cluster.stop());
}

function crdSet(name: string): CrdSet {
  if (name in crdSets) return name as CrdSet;
  return refuse(`--crds ${name}: known sets are ${Object.keys(crdSets).join(', ')}`);
}

function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : refuse(`not a whole number: ${text}`);
}

function refuse(message: string): never {
  process.stderr.write(`${message}\n\n${usage}\n`);
  process.exit(2);
}
