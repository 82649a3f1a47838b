import { SluiceError } from '../../shared/errors.ts';
import type { Clock, Random } from '../../shared/ports/clock.ts';
import type { Http } from '../../shared/ports/http.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { RefSource } from '../../shared/ports/repo.ts';
import type { Transport } from '../model/bundle.ts';
import type { Authorization } from '../identity/credential.ts';
import type { Identity } from '../model/site.ts';
import { feedTransport } from './feed.ts';
import { gitTransport } from './git.ts';
import { listenTo } from './listen.ts';

/** What a transport is made of. */
export interface TransportDeps {
  readonly http: Http;
  /** Refs of a Git URL or folder, with the credential of that host. */
  readonly source: (url: string) => RefSource;
  readonly identity: Identity;
  /** The agent's own credential: for the hub's origin alone. */
  readonly authorization: Authorization;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/**
 * The transport of a channel URL: `https://` (and `http://` on loopback) Git, `sluice+https://` the hub's feed, `file:///` a folder.
 * Where the join line names a hub, its stream triggers passes; without one the poll alone does.
 */
export function openTransport(url: string, deps: TransportDeps): Transport {
  if (url.startsWith('sluice+')) {
    const hub = hubUrl(url.slice('sluice+'.length));
    return { ...feedTransport(hub, deps), listen: (trigger, signal) => listenTo(hub, deps, { trigger, signal }) };
  }
  if (!/^(https?|file):\/\//.test(url)) {
    const hint = 'use https://, sluice+https:// or file:///';
    throw new SluiceError('CONFIG_INVALID', 'this is not a channel URL', { subject: url, hint });
  }
  const { hub } = deps.identity;
  const pulled = gitTransport(deps.source(url), deps.identity);
  return {
    ...pulled,
    listen: async (trigger, signal) => (hub === null ? undefined : listenTo(hubUrl(hub), deps, { trigger, signal })),
  };
}

/** A hub's address without a trailing slash. */
function hubUrl(text: string): string {
  return text.replace(/\/+$/, '');
}
