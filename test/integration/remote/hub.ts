import { openStores, type HubStores } from '../../../hub/store/open.ts';
import { openRemotes } from '../../../hub/store/remotes.ts';
import { createHttp } from '../../../shared/adapters/http/client.ts';
import { finishPending } from '../../../hub/publish/pending.ts';
import { start, type TestHub } from '../../fixtures/hub/publish.ts';

/** Where a hub's repositories are. */
export interface Urls {
  readonly ledger?: string;
  readonly channel?: string;
  readonly tokenFile?: string;
  readonly caFile?: string;
  /** A ledger may be begun with keys that were made elsewhere. */
  readonly mayBegin?: boolean;
  /** When a volume of the ledger ends. */
  readonly volumes?: { readonly ms: number; readonly bytes: number };
}

/** A hub's stores with Git hosts, as `serve` opens them. */
export interface RemoteHub extends TestHub {
  readonly stores: HubStores;
  /** What begins each pass: look at the hosts, read the ledger, finish what is pending. */
  readonly catchUp: () => Promise<void>;
}

/** Opens stores in a folder; Git hosts are asked anew by each pass. */
export async function openRemoteHub(dir: string, urls: Urls, keyFile: string | null = null): Promise<RemoteHub> {
  const spec = (url: string | undefined) =>
    url === undefined ? null : { url, tokenFile: urls.tokenFile ?? null, caFile: urls.caFile ?? null };
  const remotes = openRemotes({ ledger: spec(urls.ledger), channel: spec(urls.channel) }, createHttp);
  const clock = { now: () => hub.now, monotonic: () => 0 };
  const hub = { now: start } as RemoteHub;
  const stores = await openStores(dir, {
    clock,
    remotes,
    keyFile,
    mayBegin: urls.mayBegin ?? false,
    ...(urls.volumes && { volumes: urls.volumes }),
  });
  const { store, channel, keys, confirm } = stores;
  return Object.assign(hub, {
    stores,
    store,
    deps: { store, channel, keys, clock, confirm },
    catchUp: async () => {
      await confirm(0);
      await finishPending(hub.deps, await store.read());
    },
    close: () => {
      stores.close();
      remotes.close();
    },
  });
}
