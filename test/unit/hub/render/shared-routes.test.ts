import { describe, expect, it } from 'vitest';
import type { RenderedApp } from '../../../../hub/model/rendered.ts';
import { findingSharedRoutes } from '../../../../hub/render/shared-routes.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
import { app, object } from '../../../fixtures/hub/plan.ts';

const ingress = (name: string, host: string | undefined, path: string | undefined, className = 'nginx') =>
  object(`Ingress:networking.k8s.io/${name}`, {
    spec: { ingressClassName: className, rules: [{ ...(host && { host }), http: { paths: [path ? { path } : {}] } }] },
  });

const sharedBy = (apps: readonly RenderedApp[]): string[] =>
  atOnce(findingSharedRoutes(apps)).map(({ cluster, app: unit }) => `${unit} on ${cluster}`);

describe('two Ingresses of a cluster', () => {
  const first = app('a', [ingress('a', 'shop.example', '/')]);
  it.each<[string, RenderedApp, string[]]>([
    ['share a host and a path', app('b', [ingress('b', 'shop.example', '/')]), ['default/b on one']],
    ['share one, the path left out', app('b', [ingress('b', 'shop.example', undefined)]), ['default/b on one']],
    ['have other paths', app('b', [ingress('b', 'shop.example', '/cart')]), []],
    ['have other hosts', app('b', [ingress('b', undefined, '/')]), []],
    ['are of other classes', app('b', [ingress('b', 'shop.example', '/', 'traefik')]), []],
    ['are on other clusters', app('b', [ingress('b', 'shop.example', '/')], { cluster: 'two' }), []],
  ])('%s', (_, second, shared) => {
    expect(sharedBy([first, second])).toEqual(shared);
  });

  it('names both, the host and the path', () => {
    const second = app('b', [ingress('b', 'shop.example', '/')]);
    const [shared] = atOnce(findingSharedRoutes([first, second]));
    expect(shared?.message).toBe('Ingress b leads shop.example/, and so does Ingress a of default/a');
  });
});
