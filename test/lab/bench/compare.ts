import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { mapLimited } from '../../../agent/model/limited.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { kubectlPath } from '../../config/tools.ts';
import type { ClusterView } from '../demo/cluster-view.ts';
import { mixedObjects } from './objects.ts';

const run = promisify(execFile);

/** Milliseconds of a bare loop of server-side apply requests, 8 in flight, that creates so many objects in a new namespace. */
export async function rawInstall(view: ClusterView, namespace: string, count: number): Promise<number> {
  await rested();
  await makeNamespace(view, namespace);
  const { signal } = new AbortController();
  const objects = mixedObjects(count, namespace) as readonly KubeObject[];
  for (const { apiVersion, kind } of objects.slice(0, 12)) await view.kube.resource(kindOf(apiVersion, kind), signal);
  const started = performance.now();
  await mapLimited(8, objects, async (object) => {
    const resource = await view.kube.resource(kindOf(object.apiVersion, object.kind), signal);
    await view.kube.apply(resource, object, { force: true, signal });
  });
  return performance.now() - started;
}

/** Milliseconds of `kubectl apply --server-side -f DIR` for the same objects in a new namespace; null where kubectl does not run. */
export async function kubectlInstall(
  view: ClusterView,
  options: { readonly namespace: string; readonly count: number; readonly folder: string; readonly kubeconfig: string },
): Promise<number | null> {
  const kubectl = await kubectlPath();
  if (kubectl === null) return null;
  const { namespace, count, folder, kubeconfig } = options;
  await rested();
  await makeNamespace(view, namespace);
  await mkdir(folder, { recursive: true });
  for (const object of mixedObjects(count, namespace)) {
    await writeFile(join(folder, `${object.kind}-${object.metadata.name}.json`), JSON.stringify(object));
  }
  const started = performance.now();
  const args = ['--kubeconfig', kubeconfig, 'apply', '--server-side', '-f', folder];
  await run(kubectl, args, { maxBuffer: 16 * 1024 * 1024, env: { HOME: folder } });
  return performance.now() - started;
}

/** The controllers have come to rest from what was installed before. */
export async function rested(): Promise<void> {
  await sleep(3_000);
}

async function makeNamespace(view: ClusterView, name: string): Promise<void> {
  const { signal } = new AbortController();
  const resource = await view.kube.resource({ group: '', kind: 'Namespace' }, signal);
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
  await view.kube.apply(resource, object, { force: true, signal });
}

function kindOf(apiVersion: string, kind: string): { readonly group: string; readonly kind: string } {
  return { group: apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '', kind };
}
