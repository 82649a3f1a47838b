import { SluiceError } from '../../shared/errors.ts';
import { assertNoCredentials } from './location.ts';
import type { HubFile } from './schema.ts';

/** A repository on a Git host, as the configuration names it. */
export interface RemoteConfig {
  readonly url: string;
  /** A file with a token, or with `user:password`. */
  readonly tokenFile: string | null;
  readonly caFile: string | null;
}

/** The Git hosts of a hub; null where a repository lives in the data folder alone. */
export interface RemotesConfig {
  readonly channel: RemoteConfig | null;
  readonly ledger: RemoteConfig | null;
}

/** The Git hosts that a file names; throws CONFIG_INVALID for one that cannot be used, or that is both. */
export function remotesConfig(file: Pick<HubFile, 'channel' | 'ledger'>): RemotesConfig {
  const [channel, ledger] = [remoteConfig('channel', file.channel), remoteConfig('ledger', file.ledger)];
  if (channel !== null && channel.url === ledger?.url) {
    throw new SluiceError('CONFIG_INVALID', 'the channel and the ledger are two repositories, never one', {
      subject: channel.url,
      hint: 'agents may read the channel; only the hub may read or write the ledger',
    });
  }
  return { channel, ledger };
}

function remoteConfig(name: keyof RemotesConfig, file: HubFile['channel']): RemoteConfig | null {
  if (file === undefined) return null;
  const { url } = file;
  if (url === undefined || !/^https?:\/\//.test(url)) {
    throw new SluiceError('CONFIG_INVALID', `the ${name}'s Git repository needs an https:// URL`, {
      hint: `set ${name}.url, or --${name}-url`,
      ...(url === undefined ? {} : { subject: url }),
    });
  }
  assertNoCredentials(url);
  return { url: url.replace(/\/+$/, ''), tokenFile: file.tokenFile ?? null, caFile: file.caFile ?? null };
}
