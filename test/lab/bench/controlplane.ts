import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from '../controlplane/binaries.ts';
import { realBackend, type Backend } from './backend.ts';
import { measureDrift, measureRestart } from './badday.ts';
import { kubectlInstall, rawInstall, rested } from './compare.ts';
import { openBook, printFigures, type Book } from './figures.ts';
import { measureFloor } from './floor.ts';
import { measurePushes } from './latency.ts';
import { benchOptions } from './objects.ts';
import {
  installThousand,
  measureMemory,
  measureNoop,
  measureOneOfThousand,
  measureRest,
  objectCount,
  type Thousand,
} from './thousand.ts';

/** `npm run bench:controlplane -- [--only feed,web,git,thousand] [--pushes 50] [--json FILE]`: the same on real etcd and kube-apiserver. */
async function main(): Promise<void> {
  const { json, pushes, isWanted } = benchOptions();
  const book = openBook();
  const answer = await ensureBinaries(book.say);
  if ('reason' in answer) {
    book.say(answer.reason);
    process.exitCode = 7;
    return;
  }
  const backend = realBackend(answer.binaries);
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  try {
    const floor = isWanted('floor') ? await measureFloor(book, backend, { folder, pushes }) : null;
    const common = { folder, pushes, floor, web: isWanted('web') };
    if (isWanted('feed')) await measurePushes(book, backend, { ...common, transport: 'feed' });
    if (isWanted('git')) await measurePushes(book, backend, { ...common, transport: 'git' });
    if (isWanted('thousand')) await measureThousand(book, backend, { folder, pushes, floor });
    await printFigures(book, 'Sluice on real API servers', json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureThousand(
  book: Book,
  backend: Backend,
  { folder, pushes, floor }: { readonly folder: string; readonly pushes: number; readonly floor: number | null },
): Promise<void> {
  // One bare loop before and one after: all three ways to install meet a server that knows these kinds already.
  let raw = Number.NaN;
  const warmUp = async ({ view }: Pick<Thousand, 'view'>) => {
    raw = await rawInstall(view, 'raw', objectCount);
    await rested();
  };
  const thousand = await installThousand(book, backend, folder, warmUp);
  try {
    await compareInstalls(book, thousand, { folder, raw });
    await measureOneOfThousand(book, thousand, { pushes: Math.min(pushes, 20), floor });
    await measureNoop(book, thousand);
    await measureDrift(book, thousand, pushes);
    await measureRestart(book, thousand);
    await measureRest(book, thousand);
    await measureMemory(book, thousand);
  } finally {
    await thousand.stop();
  }
}

async function compareInstalls(
  book: Book,
  thousand: Thousand,
  { folder, raw }: { readonly folder: string; readonly raw: number },
): Promise<void> {
  const { view, cluster, installMs, applyingMs } = thousand;
  const options = { namespace: 'kubectl', count: objectCount, folder: join(folder, 'kubectl') };
  const kubectl = await kubectlInstall(view, { ...options, kubeconfig: cluster.kubeconfig });
  const again = await rawInstall(view, 'raw-again', objectCount);
  const least = Math.min(raw, again);
  book.add({
    name: 'raw-install-ms',
    value: least,
    unit: 'ms',
    note: `8 in flight; the other try ${Math.round(Math.max(raw, again))} ms`,
  });
  book.add({ name: 'install-vs-raw', value: least / installMs, unit: 'x', least: 0.95, note: 'from the push on' });
  book.add({ name: 'applying-vs-raw', value: least / applyingMs, unit: 'x', note: 'first object to last' });
  if (kubectl === null) return;
  book.add({ name: 'kubectl-install-ms', value: kubectl, unit: 'ms' });
  book.add({ name: 'install-vs-kubectl', value: kubectl / installMs, unit: 'x', least: 1.8, note: 'from the push on' });
}

await main();
