import { openGitRemote } from './packs/push.ts';
import type { HttpClient, HttpOptions } from '../../shared/adapters/http/client.ts';
import { asSluiceError, SluiceError } from '../../shared/errors.ts';
import { gitAuthorization } from '../../shared/lib/git/authorization.ts';
import type { RemotesConfig } from '../config/remote.ts';
import { readTextFile } from '../config/text-file.ts';
import type { GitRemote } from './packs/remote.ts';

/** The Git hosts of a hub; null where a repository lives in the data folder alone. */
export interface HubRemotes {
  readonly ledger: GitRemote | null;
  readonly channel: GitRemote | null;
  /** Drops connections. */
  readonly close: () => void;
}

/** A hub without Git hosts. */
export const noRemotes: HubRemotes = { ledger: null, channel: null, close: () => undefined };

/** Opens the Git hosts that the configuration names; nothing is asked yet. */
export function openRemotes(config: RemotesConfig, createHttp: (options: HttpOptions) => HttpClient): HubRemotes {
  const clients: HttpClient[] = [];
  const open = (name: 'ledger' | 'channel'): GitRemote | null => {
    const spec = config[name];
    if (spec === null) return null;
    const ca = spec.caFile === null ? [] : [readTextFile(spec.caFile)];
    const http = createHttp({ ca });
    clients.push(http);
    const url = spec.url.replace(/\/+$/, '');
    const { tokenFile } = spec;
    // Read at each request, so that a rotated token is used at once.
    const authorization = () => (tokenFile === null ? null : gitAuthorization(readTextFile(tokenFile)));
    return naming(name, openGitRemote({ http, url, authorization }));
  };
  const remotes = { ledger: open('ledger'), channel: open('channel') };
  return {
    ...remotes,
    close: () => {
      for (const client of clients) client.close();
    },
  };
}

/** Says in every error which of the two repositories it is about. */
function naming(name: string, remote: GitRemote): GitRemote {
  const named = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      const { code, message, data } = asSluiceError(error);
      throw new SluiceError(code, `the ${name}'s Git host: ${message}`, { ...data, subject: remote.url }, error);
    }
  };
  return {
    url: remote.url,
    list: (signal) => named(remote.list(signal)),
    push: (moves, entries, signal) => named(remote.push(moves, entries, signal)),
    fetch: (wants, haves, signal) => named(remote.fetch(wants, haves, signal)),
  };
}
