import { describe, expect, it } from 'vitest';
import { appDigest, appKey, bundleFiles, contentOf } from '../../../../shared/wire/bundle.ts';
import { documentedBundle, goodBundle, service } from '../../../fixtures/agent/bundle.ts';

describe('the files of a bundle', () => {
  it('are its objects alone in format 1', () => {
    const { revision, files } = goodBundle();
    expect(bundleFiles(revision).map(({ path }) => path)).toEqual([...files.keys()]);
  });

  it('are documents, objects and what serves meanwhile in format 2', () => {
    const from = contentOf(documentedBundle({ web: [service] }).revision.apps[0]!);
    const { revision, files } = documentedBundle({ web: [service] }, { app: { from } });
    expect(
      bundleFiles(revision)
        .map(({ path }) => path)
        .sort(),
    ).toEqual([...files.keys()].sort());
  });
});

it('an application is named by its namespace, its name and its target', () => {
  expect(appKey({ namespace: 'shop', name: 'web' })).toBe('shop/web');
  expect(appKey({ namespace: 'shop', name: 'web', target: 'eu' })).toBe('shop/web@eu');
});

it('the digest of an application in format 1 covers what format 1 says, and nothing else', () => {
  const [app] = goodBundle().revision.apps;
  const sized = { ...app!, bytes: 7, objects: app!.objects.map((one) => ({ ...one, bytes: 1, component: 'web' })) };
  expect(appDigest(sized)).toBe(app!.digest);
  expect(appDigest({ ...sized, notes: ['n'] })).not.toBe(app!.digest);
});
