import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { clusterYaml } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

const folder = join(import.meta.dirname, '../../fixtures/slides');

/** A slide, without the policies that say nothing of where and how it goes. */
function slide(name: string): string {
  const text = readFileSync(join(folder, name, 'app.yaml'), 'utf8');
  return text.replace(/ {2}policies:\n(?: {4}.*\n)*/, '');
}

/** The Application of a slide as it was before: another image, and no workflow. */
function before(name: string, image: string): string {
  const [spec = ''] = slide(name).split('\n  workflow:', 1);
  return `${spec.replace(/image: .*/, `image: ${image}`)}\n`;
}

/** Registers what the Applications of the slides come to, from `git push` to the pods of a cluster. */
export function describeSlides(backend: Backend): void {
  describe(`copies of an Application, on ${backend.name}`, { timeout: 60_000 }, () => {
    let fleet: Fleet;
    let site: Site;

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
      waitFor(what, async () => ((await shown(component)) === what ? what : undefined), 15_000).catch(async () => {
        const { stdout } = await fleet.cli('rollout', 'list');
        const row = rowOf(await fleet.status(), `default/${component === 'reviews' ? 'bookinfo' : 'hello'}`);
        expect(`${await shown(component)}\n${stdout}\n${JSON.stringify(row)}`).toBe(what);
      });
    const asks = (name: string, step: string) =>
      waitFor(`${name} to wait for ${step}`, async () => {
        const { rollouts } = await fleet.client().rollouts({});
        return rollouts.find((one) => one.name === name && one.asks.includes(step));
      });
    const ended = (name: string, phase: string) =>
      waitFor(`${name} to be ${phase}`, async () => {
        const { rollouts } = await fleet.client().rollouts({});
        return rollouts.find((one) => one.name === name && one.phase === phase);
      });

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('local', {}, 'istio'),
        'bookinfo.yaml': before('canary', 'docker.io/istio/examples-bookinfo-reviews-v2:1.16.2'),
        'hello.yaml': before('slide1steps', 'demo/hello-world:before'),
      });
      site = await fleet.join('local', { crds: ['istio'] });
      await fleet.settled();
    }, 60_000);
    afterAll(() => fleet.close());

    it('canary: a batch of the new copy beside the old one, a person, the rest', async () => {
      expect(await shown('reviews')).toBe('reviews 2: reviews 100');
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
      expect((await fleet.settled()).problems).toEqual([]);
    });

    it('slide1steps: beside it without traffic, half of it, and back where it is refused', async () => {
      await fleet.push({ 'hello.yaml': slide('slide1steps') });
      await until('express-server', 'express-server 1, express-server-v2 1: both');
      const { name } = await asks('hello#1', 'step-2');
      expect(await fleet.cli('rollout', 'refuse', name, '--reason', 'slow')).toMatchObject({ status: 0 });
      await until('express-server', 'express-server 1: express-server');
      await ended(name, 'rolled-back');
      expect(await fleet.cli('rollout', 'retry', name)).toMatchObject({ status: 0 });
      await asks(name, 'step-2');
      expect(await fleet.cli('rollout', 'approve', name)).toMatchObject({ status: 0 });
      await until('express-server', 'express-server-v2 1: express-server-v2');
      await ended(name, 'succeeded');
    });
  });
}
