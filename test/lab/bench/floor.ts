import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createRepos } from '../../../shared/adapters/git/repos.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import type { KubeObject } from '../../../shared/model/object.ts';
import { openClusterView } from '../demo/cluster-view.ts';
import { startConfigRepository } from '../demo/config-repository.ts';
import type { Backend } from './backend.ts';
import { quantile, type Book } from './figures.ts';
import { startHook } from './hook.ts';
import { configMap } from './objects.ts';
import { pushToApplied } from './pushes.ts';
import { observe } from './watching.ts';

/**
 * The least that any tool needs on this machine at this moment: told of the push, fetch the commit from the same Git server, read
 * a file of it, fsync one file, apply one object, see it in a watch. The median; what the product adds is a ratio to it.
 */
export async function measureFloor(
  book: Book,
  backend: Backend,
  options: { readonly folder: string; readonly pushes: number },
): Promise<number> {
  const folder = join(options.folder, 'floor');
  const { signal } = new AbortController();
  await mkdir(folder, { recursive: true });
  const config = await startConfigRepository(folder, join(folder, 'git-server.log'));
  const cluster = await backend.start('floor');
  const view = openClusterView(cluster.kubeconfig);
  const http = createHttp();
  const repo = await createRepos(http).open({ url: config.url, cache: join(folder, 'cache') });
  const resource = await view.kube.resource({ group: '', kind: 'ConfigMap' }, signal);
  const carry = async (): Promise<void> => {
    const commit = (await repo.fetch('refs/heads/main', signal)) ?? '';
    const { files } = await repo.tree(commit);
    const bytes = await repo.blob(files.get('settings.json') ?? '');
    const file = await open(join(folder, 'durable'), 'w');
    await file.write(bytes);
    await file.sync();
    await file.close();
    const object = JSON.parse(Buffer.from(bytes).toString('utf8')) as KubeObject;
    await view.kube.apply(resource, object, { force: true, signal });
  };
  const hook = await startHook(carry);
  await config.notify({ url: hook.url, secret: 'none' });
  try {
    const maps = await observe(view, { group: '', kind: 'ConfigMap' }, 'default');
    const samples = await pushToApplied({ config }, maps, {
      pushes: options.pushes,
      files: (round) => ({ 'settings.json': JSON.stringify(configMap('settings', `${round}`)) }),
      isThere: ({ metadata, data }, round) =>
        metadata.name === 'settings' && JSON.stringify(data) === JSON.stringify({ value: `${round}` }),
    });
    maps.close();
    const value = quantile(samples, 0.5);
    book.add({ name: 'floor-p50', value, unit: 'ms', note: 'fetch, fsync, apply, watch: no hub, no agent' });
    return value;
  } finally {
    hook.close();
    http.close();
    view.close();
    await cluster.stop();
    await config.close();
  }
}
