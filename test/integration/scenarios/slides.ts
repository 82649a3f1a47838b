import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { clusterYaml } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

const folder = join(import.meta.dirname, '../../fixtures/slides');

/** A slide as it is written. */
function slide(name: string): string {
  return readFileSync(join(folder, name, 'app.yaml'), 'utf8');
}

/** The Application of a slide as it was before: another image, and no workflow. */
function before(name: string, image: string): string {
  const [spec = ''] = slide(name).split('\n  workflow:', 1);
  return `${spec.replace(/image: .*/, `image: ${image}`)}\n`;
}

/** Registers what the Applications of the slides come to, from `git push` to the pods of a cluster. */
export function describeSlides(backend: Backend): void {
  describe(`the slides, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    /** The local cluster, which is the one for staging, too. */
    let site: Site;
    let prod: Site;

    /** Pods of each copy, and where calls of the component are led: `reviews 1, reviews-v2 1: 90 10`, or by its Service. */
    async function shown(component: string): Promise<string> {
      const names = [component, ...[2, 3, 4].map((n) => `${component}-v${n}`)];
      const pods = names.map(async (name) => {
        const object: KubeObject | undefined = await site.view.get(`apps/Deployment/default/${name}`);
        return object === undefined ? [] : [`${name} ${(object['spec'] as { readonly replicas: number }).replicas}`];
      });
      const service: KubeObject | undefined = await site.view.get(`/Service/default/${component}`);
      const { selector = {} } = (service?.['spec'] ?? {}) as { readonly selector?: Readonly<Record<string, string>> };
      const leads = selector['app.oam.dev/component'] ?? 'both';
      return `${(await Promise.all(pods)).flat().join(', ')}: ${(await weights(component)) ?? leads}`;
    }

    /** The weights of the copies in the mesh; null = there are none. */
    async function weights(component: string): Promise<string | null> {
      const route: KubeObject | undefined = await site.view.get(
        `networking.istio.io/VirtualService/default/${component}`,
      );
      const { http } = (route?.['spec'] ?? {}) as {
        readonly http?: readonly { readonly route: readonly { destination: { host: string }; weight: number }[] }[];
      };
      const targets = http?.[0]?.route.filter(({ weight }) => weight > 0);
      return targets?.map(({ destination, weight }) => `${destination.host} ${weight}`).join(' ') ?? null;
    }

    const until = (component: string, what: string) =>
      waitFor(what, async () => ((await shown(component)) === what ? what : undefined), 30_000).catch(async () => {
        const { stdout } = await fleet.cli('rollout', 'list');
        const row = rowOf(await fleet.status(), `default/${component === 'reviews' ? 'bookinfo' : 'hello'}`);
        expect(`${await shown(component)}\n${stdout}\n${JSON.stringify(row)}`).toBe(what);
      });
    type Rollouts = Awaited<ReturnType<ReturnType<Fleet['client']>['rollouts']>>['rollouts'];
    const rollout = (what: string, is: (one: Rollouts[number]) => boolean) =>
      waitFor(what, async () => (await fleet.client().rollouts({})).rollouts.find(is), 30_000).catch(async () => {
        const { stdout } = await fleet.cli('rollout', 'list');
        return expect.fail(`${what}: ${stdout}`);
      });
    const asks = (name: string, step: string) =>
      rollout(`${name} to wait for ${step}`, (one) => one.name === name && one.asks.includes(step));
    const ended = (name: string, phase: string) =>
      rollout(`${name} to be ${phase}`, (one) => one.name === name && one.phase === phase);
    const replicas = async ({ view }: Site, name: string) =>
      ((await view.get(`apps/Deployment/default/${name}`))?.['spec'] as { readonly replicas: number } | undefined)
        ?.replicas ?? null;

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'cluster-staging' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('cluster-staging', {}, 'istio'),
        'bookinfo.yaml': before('canary', 'docker.io/istio/examples-bookinfo-reviews-v2:1.16.2'),
        'hello.yaml': before('slide1steps', 'demo/hello-world:before'),
      });
      site = await fleet.join('cluster-staging', { crds: ['istio'] });
      prod = await fleet.join('cluster-prod');
    }, 150_000);
    afterAll(() => fleet.close());

    it('canary: a batch of the new copy beside the old one, a person, the rest', async () => {
      await until('reviews', 'reviews 2: reviews 100');
      await ended('bookinfo#1', 'succeeded');
      await fleet.push({ 'bookinfo.yaml': slide('canary') });
      await until('reviews', 'reviews 1, reviews-v2 1: reviews 90 reviews-v2 10');
      const { name } = await asks('bookinfo#2', 'manual-approval');
      expect(await shown('reviews')).toBe('reviews 1, reviews-v2 1: reviews 90 reviews-v2 10');
      expect(await fleet.cli('rollout', 'approve', name)).toMatchObject({ status: 0 });
      await until('reviews', 'reviews-v2 2: reviews-v2 100');
      await ended(name, 'succeeded');
    });

    it('rollback: all on the revision before', async () => {
      await fleet.push({ 'bookinfo.yaml': slide('rollback') });
      await until('reviews', 'reviews 2: reviews 100');
      await ended('bookinfo#3', 'succeeded');
      const { problems } = await fleet.settled();
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    });

    it('slide1, the workflow as a list: beside it without traffic, half of it, and back where it is refused', async () => {
      await until('express-server', 'express-server 1: express-server');
      await fleet.until('it to be reported', (status) => rowOf(status, 'default/hello')?.health === 'Healthy');
      await fleet.push({ 'hello.yaml': slide('slide1') });
      await until('express-server', 'express-server 1, express-server-v2 1: both');
      const { name } = await asks('hello#2', 'step-2');
      expect(await fleet.cli('rollout', 'refuse', name, '--reason', 'slow')).toMatchObject({ status: 0 });
      await until('express-server', 'express-server 1: express-server');
      await ended(name, 'rolled-back');
    });

    it('slide1steps: the same, and all of it where it is approved', async () => {
      await fleet.push({ 'hello.yaml': slide('slide1steps') });
      expect(await fleet.cli('rollout', 'retry', 'hello#2')).toMatchObject({ status: 0 });
      await asks('hello#2', 'step-2');
      expect(await shown('express-server')).toBe('express-server 1, express-server-v2 1: both');
      expect(await fleet.cli('rollout', 'approve', 'hello#2')).toMatchObject({ status: 0 });
      await until('express-server', 'express-server-v2 1: express-server-v2');
      await ended('hello#2', 'succeeded');
    });

    it('multi: staging with one component, a person, all of it in production', async () => {
      const example = slide('multi').replace(
        'name: cluster-staging, labels: { env: staging } }',
        '$&\nspec: { capabilities: { istio: true } }',
      );
      await fleet.push({ 'clusters.yaml': null, 'multi.yaml': example });
      await asks('example-app#1', 'manual-approval');
      const counts = async () =>
        Promise.all(
          [site, prod].flatMap((one) => ['hello-world-server', 'data-worker'].map((name) => replicas(one, name))),
        );
      expect(await counts()).toEqual([1, null, null, null]);
      expect(rowOf(await fleet.status(), 'default/example-app', 'cluster-staging')).toMatchObject({
        health: 'Healthy',
      });
      expect(await fleet.cli('rollout', 'approve', 'example-app#1')).toMatchObject({ status: 0 });
      await ended('example-app#1', 'succeeded');
      expect(await counts()).toEqual([1, null, 3, 1]);
    });
  });
}
