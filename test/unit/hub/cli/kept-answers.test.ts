import { expect, it } from 'vitest';
import { cacheFolder } from '../../../../hub/cli/kept-answers.ts';

it.each([
  [{ HOME: '/home/me' }, '/home/me/.cache/sluice'],
  [{ HOME: '/home/me', XDG_CACHE_HOME: '/caches' }, '/caches/sluice'],
  [{ HOME: '/home/me', XDG_CACHE_HOME: '/caches', SLUICE_CACHE: '/own' }, '/own'],
  // The specification says so of a path that is not absolute.
  [{ HOME: '/home/me', XDG_CACHE_HOME: 'caches' }, '/home/me/.cache/sluice'],
  [{ HOME: '/home/me', XDG_CACHE_HOME: '', SLUICE_CACHE: '' }, '/home/me/.cache/sluice'],
  [{}, null],
])('keeps what can be made again where the environment says: %j', (env, folder) => {
  expect(cacheFolder(env)).toBe(folder);
});
