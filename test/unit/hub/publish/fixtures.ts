import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { LockOwner } from '../../../../hub/store/packs/lock.ts';
import { openPackStore } from '../../../../hub/store/packs/store.ts';
import { openLedger } from '../../../../hub/store/ledger/ledger.ts';
import { changesBetween } from '../../../../hub/model/changes.ts';
import type { ClusterRecord } from '../../../../hub/model/registry.ts';
import type { State } from '../../../../hub/model/state.ts';
import type { Store } from '../../../../hub/model/store.ts';
import type { RenderedApp } from '../../../../hub/model/rendered.ts';
import type { PublishDeps } from '../../../../hub/publish/types.ts';
import { hasKeys, initKeys, loadKeys } from '../../../../hub/keys/hub-keys.ts';
import { rootFiles } from '../../../../hub/keys/root-documents.ts';
import { finishPending } from '../../../../hub/publish/pending.ts';
import { publish, type Published } from '../../../../hub/publish/publish.ts';
import { planFor } from '../plan/fixtures.ts';
import { record as recordOf } from '../store/ledger/fixtures.ts';

export const start = Date.UTC(2026, 0, 1);

/** A hub's stores in a folder, with a clock that stands still, and a look at every step of every write. */
export interface TestHub {
  readonly deps: PublishDeps;
  readonly store: Store;
  now: number;
  readonly close: () => void;
}

export async function openHub(
  dir: string,
  options: { readonly onStep?: (step: string) => void; readonly owner?: LockOwner } = {},
): Promise<TestHub> {
  const keyFolder = join(dir, 'keys');
  const keys = hasKeys(keyFolder) ? loadKeys(keyFolder) : initKeys(keyFolder);
  const { onStep = () => undefined } = options;
  const open = (name: string) =>
    openPackStore(join(dir, `${name}.git`), { ...options, onStep: (step) => onStep(`${name}: ${step}`) });
  const [repository, channel] = [open('ledger'), open('channel')];
  const store = openLedger({ ...keys, store: repository, files: rootFiles(keys) });
  if (store.isEmpty()) await store.create({ channel: keys.channel, epoch: 1 }, start);
  const hub: TestHub = {
    deps: { store, channel, keys, clock: { now: () => hub.now }, onStep },
    store,
    now: start,
    close: () => {
      repository.close();
      channel.close();
    },
  };
  return hub;
}

/** One pass as the hub does it: read, finish, plan, publish. `change` is what else becomes of the state. */
export async function pass(
  hub: TestHub,
  rendered: readonly RenderedApp[],
  change: (state: State) => State = (state) => state,
): Promise<Published> {
  const view = await hub.store.read();
  await finishPending(hub.deps, view);
  const changed = change(view);
  const { next, guarded, approvals } = planFor(changed, rendered);
  const changes = changesBetween(view, { ...changed, guarded, approvals });
  return publish(hub.deps, { view, changes, next, message: 'publish' });
}

export const clusters = ['one', 'two', 'three'] as const;

/** Registers clusters. */
export const joined =
  (...names: readonly string[]) =>
  (state: State): State => ({
    ...state,
    clusters: new Map([...state.clusters, ...names.map((name): [string, ClusterRecord] => [name, recordOf(name)])]),
  });

export const gitIn = (dir: string, ...args: string[]): string =>
  execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
