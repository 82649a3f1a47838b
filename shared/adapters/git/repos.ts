import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SluiceError } from '../../errors.ts';
import type { Http } from '../../ports/http.ts';
import type { Repos, RepoSpec } from '../../ports/repo.ts';
import { openClone } from './clone.ts';
import { fetchLimits, type FetchLimits } from './library.ts';
import { followLocal, openLocal } from './local.ts';
import { localSource, remoteSource } from './ref-source.ts';
import type { GitHost } from './refs.ts';

/** The repositories of shared/ports/repo.ts, over isomorphic-git and our own guards. */
export function createRepos(http: Http, limits: FetchLimits = fetchLimits): Repos {
  return {
    open: async (spec) => {
      const folder = folderOf(spec.url);
      return folder === null ? openClone(hostOf(http, spec), spec.cache, limits) : followLocal(folder);
    },
    openLocal,
    source: (spec) => {
      const folder = folderOf(spec.url);
      return folder === null ? remoteSource(hostOf(http, spec), limits) : localSource(folder, limits);
    },
  };
}

/** The folder that a `file://` URL or a path names; null for a URL of a host. */
function folderOf(url: string): string | null {
  if (url.startsWith('file:')) return fileURLToPath(url);
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? null : resolve(url);
}

function hostOf(http: Http, spec: Omit<RepoSpec, 'cache'>): GitHost {
  const protocol = new URL(spec.url).protocol;
  if (protocol !== 'https:' && protocol !== 'http:') {
    throw new SluiceError('CONFIG_INVALID', `Git over ${protocol} is not supported`, { hint: 'use an https:// URL' });
  }
  const { authorization = () => null, headers = {} } = spec;
  return { http, url: spec.url.replace(/\/+$/, ''), authorization, headers };
}
