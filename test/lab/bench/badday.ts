import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeObject } from '../../../shared/model/object.ts';
import type { ClusterView } from '../demo/cluster-view.ts';
import { quantile, type Book } from './figures.ts';
import { cpuMs } from './process.ts';
import { untilSettled, type Thousand } from './thousand.ts';
import { observe } from './watching.ts';

const namespace = 'bench';
const maps = { group: '', kind: 'ConfigMap' } as const;

/** Edits one object after the other by hand: the time until the agent has put each back. */
export async function measureDrift(book: Book, { view }: Thousand, edits: number): Promise<void> {
  const observed = await observe(view, maps, namespace);
  const samples: number[] = [];
  for (let edit = 0; edit < edits; edit += 1) {
    const name = `object-${edit * 12}`;
    const repaired = observed.next((object) => object.metadata.name === name && !isEdited(object));
    await editByHand(view, name);
    const editedAt = Date.now();
    samples.push((await repaired) - editedAt);
    await sleep(200);
  }
  observed.close();
  book.add({ name: 'drift-p50', value: quantile(samples, 0.5), unit: 'ms' });
  book.add({ name: 'drift-p99', value: quantile(samples, 0.99), unit: 'ms', most: 1_000, note: `${edits} edits` });
}

/** Restarts the agent: requests when nothing changed, and the time until a new agent repairs what was edited meanwhile. */
export async function measureRestart(book: Book, thousand: Thousand): Promise<void> {
  const { world, cluster, site } = thousand;
  await untilSettled(world);
  await world.agent(site.name).stop();
  const spent = await cluster.spent(async () => {
    world.startAgent(site);
    await sleep(6_000);
  });
  book.add({ name: 'restart-requests', value: spent.requests, unit: 'requests', most: 30, note: 'nothing changed' });
  book.say(spent.text);
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const samples: Restart[] = [];
    while (samples.length < restarts) samples.push(await restart(thousand, signal));
    const of = (pick: (one: Restart) => number) => quantile(samples.map(pick), 0.5);
    const name = signal === 'SIGTERM' ? 'restart-ms' : 'restart-killed-ms';
    const parts = `stopping ${Math.round(of((one) => one.stopping))} ms, CPU of the new one ${Math.round(of((one) => one.cpu))} ms`;
    const note = `until the new agent repairs an edit; ${parts}`;
    const aim = signal === 'SIGTERM' ? { most: 600 } : {};
    book.add({ name, value: of(({ all }) => all), unit: 'ms', note, ...aim });
  }
}

/** How often each kind of restart is tried; the median counts. */
const restarts = 3;

/** Milliseconds from the signal to the repair, those of them until the old agent was gone, and the new one's CPU time by then. */
interface Restart {
  readonly all: number;
  readonly stopping: number;
  readonly cpu: number;
}

async function restart({ world, view, site }: Thousand, signal: 'SIGTERM' | 'SIGKILL'): Promise<Restart> {
  const observed = await observe(view, maps, namespace);
  const name = 'object-0';
  const started = Date.now();
  await world.agent(site.name).stop(signal);
  const stopping = Date.now() - started;
  await editByHand(view, name);
  const repaired = observed.next((object) => object.metadata.name === name && !isEdited(object));
  world.startAgent(site);
  const at = await repaired;
  const cpu = await cpuMs(world.agent(site.name).pid);
  observed.close();
  await untilSettled(world);
  return { all: at - started, stopping, cpu };
}

async function editByHand(view: ClusterView, name: string): Promise<void> {
  await view.edit(`/ConfigMap/${namespace}/${name}`, ({ data }) => {
    data['value'] = 'edited';
  });
}

function isEdited(object: KubeObject): boolean {
  return (object['data'] as { readonly value?: string } | undefined)?.value === 'edited';
}
