import { describe, expect, it } from 'vitest';
import { preflight } from '../../../../hub/preflight/preflight.ts';
import type { KubeObject } from '../../../../shared/model/object.ts';
import { accepted, refused } from '../../../fixtures/hub/refused.ts';

// As manifests reach it: through JSON, without members that have no value.
const written = (object: KubeObject) => JSON.parse(JSON.stringify(object)) as KubeObject;

describe('what API servers refuse', () => {
  it.each(refused)('is %s', (_, object, place) => {
    const found = preflight(written(object)).map(({ message }) => message);
    expect(found).toHaveLength(1);
    expect(found[0]?.startsWith(`${place} `)).toBe(true);
  });

  it.each(accepted)('is not %s', (_, object) => {
    expect(preflight(written(object))).toEqual([]);
  });

  it('is all told at once, with what to do', () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: {
        template: {
          metadata: { labels: { app: 'web' } },
          spec: { containers: [{ name: 'web', env: [{ name: 'PORT', value: 80 }] }] },
        },
      },
    };
    expect(preflight(object)).toEqual([
      {
        path: ['spec', 'selector'],
        message: 'spec.selector selects nothing',
        hint: 'write it as matchLabels: {"app":"web"}',
      },
      expect.objectContaining({ message: 'spec.template.spec.containers[0].image is missing' }),
      {
        path: ['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'value'],
        message: 'spec.template.spec.containers[0].env[0].value must be text, and is a number',
        hint: 'put it in quotes',
      },
    ]);
  });

  it('is a selector of its own form: with the labels that it means', () => {
    const spec = { selector: { app: 'web' }, template: { metadata: { labels: { app: 'web', b: 'c' } } } };
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec };
    expect(preflight(object)[0]?.hint).toBe('write it as matchLabels: {"app":"web"}');
  });

  it('is not what a kind that is not ours to know may allow', () => {
    const custom = { apiVersion: 'example.com/v1', kind: 'Pool', metadata: { name: 'A:b' }, spec: { replicas: 'x' } };
    expect(preflight(custom)).toEqual([]);
  });
});

describe('the name of an image that no runtime reads', () => {
  it.each(['Nginx', 'nginx:', 'https://ghcr.io/a/b:1', 'nginx:1 2', 'nginx ', 'a//b', 'nginx:1.29@sha256:12'])(
    'is a warning: %s',
    (image) => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a' },
        spec: { containers: [{ name: 'a', image }] },
      };
      expect(preflight(pod).map(({ severity }) => severity)).toEqual(['warning']);
    },
  );

  it.each(['nginx', 'Registry.example.com/a:B', 'localhost:5000/a/b', 'a.b/c@sha512:' + 'a'.repeat(128), '[::1]:80/a'])(
    'is none of these: %s',
    (image) => {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a' },
        spec: { containers: [{ name: 'a', image }] },
      };
      expect(preflight(pod)).toEqual([]);
    },
  );
});
