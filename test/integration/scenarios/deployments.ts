import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../shared/model/object.ts';
import { waitFor } from '../../lab/controlplane/wait.ts';
import type { Backend } from './backend.ts';
import { clusterYaml, configApp, deploymentOf, rawApp, webApp } from './documents.ts';
import { rowOf, startFleet, type Fleet, type Site } from './fleet.ts';

const deployment = (name: string): string => `apps/Deployment/default/${name}`;
const route = 'networking.istio.io/VirtualService/default/front';
const map = (name: string): string => `/ConfigMap/default/${name}`;

/** The weight of each Service in a VirtualService. */
function weightsOf(object: KubeObject | undefined): Record<string, number> {
  const { http = [] } = (object?.['spec'] ?? {}) as {
    readonly http?: readonly { readonly route: readonly { destination: { host: string }; weight?: number }[] }[];
  };
  return Object.fromEntries(
    http.flatMap((one) => one.route.map(({ destination, weight }) => [destination.host, weight ?? 100])),
  );
}

/** An object without what its controller writes when it likes. */
function declared(object: KubeObject | undefined): unknown {
  const { uid, generation, labels, annotations } = object?.metadata ?? {};
  return { uid, generation, labels, annotations, spec: object?.['spec'] };
}

/** Registers what happens to applications and their deployments while revisions come and go, break, and are guarded. */
export function describeDeployments(backend: Backend): void {
  describe(`revisions of an application, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    const images = async (): Promise<Record<string, string>> => {
      const found = await Promise.all(['web-v1', 'web-v2', 'web-v3'].map((name) => site.view.get(deployment(name))));
      return Object.fromEntries(
        found.flatMap((object) => {
          if (object === undefined) return [];
          const { template } = object['spec'] as { template: { spec: { containers: { image: string }[] } } };
          return [[object.metadata.name, template.spec.containers[0]!.image]];
        }),
      );
    };

    /** Starts agents that die after 1, 2, 3 .. write steps, until one of them settles; answers how many died. */
    const settleDying = async (): Promise<number> => {
      for (let killAt = 1; ; killAt += 1) {
        const agent = site.start({ killAt });
        const ended = await waitFor('the agent to die or to settle', async () => {
          if (agent.isDead()) return 'died';
          const { clusters } = await fleet.status();
          return clusters[0]?.settled === true && clusters[0].acceptedGeneration === clusters[0].generation
            ? 'settled'
            : undefined;
        });
        if (ended === 'died') continue;
        agent.kill();
        site.start();
        return killAt - 1;
      }
    };

    /** Looks at the live split until told to stop: each Service with weight that had no ready pod behind it. */
    const watchTraffic = (): (() => Promise<string[]>) => {
      const over = new AbortController();
      const faults: string[] = [];
      const watching = (async () => {
        while (!over.signal.aborted) {
          const weights = weightsOf(await site.view.get(route));
          for (const [host, weight] of Object.entries(weights)) {
            const behind = await site.view.get(deployment(host.split('.')[0]!.replace('front', 'web')));
            const ready = (behind?.['status'] as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0;
            const again = weightsOf(await site.view.get(route));
            if (weight > 0 && ready === 0 && (again[host] ?? 0) > 0) faults.push(`${host} has ${weight}, and no pod`);
          }
        }
      })();
      return async () => {
        over.abort();
        await watching;
        return faults;
      };
    };

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({
        'clusters.yaml': clusterYaml('local', {}, 'istio'),
        'app.yaml': webApp('front', 'example/front:1'),
        'deploy.yaml': deploymentOf('front', [{ name: 'front-v1', weight: 100 }]),
        'beside.yaml': configApp('beside', { beside: '1' }),
      });
      site = await fleet.join('local', { crds: ['istio'] });
      await fleet.settled();
    }, 120_000);
    afterAll(() => fleet.close());

    it('move all traffic safely although the agent dies after 1, 2, 3 .. of its steps', async () => {
      expect(weightsOf(await site.view.get(route))).toEqual({ 'front-v1': 100 });
      site.agent().kill();
      await fleet.push({
        'app.yaml': webApp('front', 'example/front:2'),
        'deploy.yaml': deploymentOf('front', [{ name: 'front-v2', weight: 100 }]),
      });
      const faults = watchTraffic();
      const deaths = await settleDying();
      expect(await faults()).toEqual([]);
      expect(deaths).toBeGreaterThan(3);
      expect(await images()).toEqual({ 'web-v2': 'example/front:2' });
      expect(weightsOf(await site.view.get(route))).toEqual({ 'front-v2': 100 });
      expect(await site.view.get('/Service/default/front-v1')).toBeUndefined();
      const row = rowOf(await fleet.status(), 'default/front');
      expect(row).toMatchObject({ health: 'Healthy', applied: true, revisions: [{ name: 'front-v2', ready: 2 }] });
    });

    it('get their old number when the old content is back', async () => {
      await fleet.push({
        'app.yaml': webApp('front', 'example/front:1'),
        'deploy.yaml': deploymentOf('front', [{ name: 'front-v1', weight: 100 }]),
      });
      const status = await fleet.settled();
      expect(await images()).toEqual({ 'web-v1': 'example/front:1' });
      expect(status.problems).toEqual([]);
      await fleet.push({ 'app.yaml': webApp('front', 'example/front:3') });
      await fleet.push({ 'deploy.yaml': deploymentOf('front', [{ name: 'front-v3', weight: 100 }]) });
      await fleet.settled();
      expect(await images()).toEqual({ 'web-v3': 'example/front:3' });
    });

    it('stay while their ApplicationDeployment is broken: the Application beside it only records', async () => {
      const before = declared(await site.view.get(deployment('web-v3')));
      const broken = deploymentOf('front', [{ name: 'front-v3', weight: 100 }]).replace('placement:', 'placment:');
      await fleet.push({ 'deploy.yaml': broken, 'app.yaml': webApp('front', 'example/front:4') });
      await fleet.push({ 'beside.yaml': configApp('beside', { beside: '2' }) });
      const status = await fleet.settled();
      expect(await site.view.get(map('beside'))).toMatchObject({ data: { value: '2' } });
      expect(declared(await site.view.get(deployment('web-v3')))).toEqual(before);
      expect(await site.view.get(deployment('web'))).toBeUndefined();
      expect(status.problems.every(({ path }) => path === 'deploy.yaml')).toBe(true);
      expect((await fleet.cli('status')).stdout).toMatch(/^error\[UNKNOWN_FIELD\] .*; deploy\.yaml:\d+:\d+/m);
    });

    it('are there to be named once it is mended', async () => {
      await fleet.push({ 'deploy.yaml': deploymentOf('front', [{ name: 'front-v4', weight: 100 }]) });
      const status = await fleet.settled();
      expect(status.problems).toEqual([]);
      expect(await site.view.get(deployment('web-v4'))).toMatchObject({ status: { readyReplicas: 2 } });
      expect(await images()).toEqual({});
    });
  });

  describe(`content that must not be believed blindly, on ${backend.name}`, { timeout: 120_000 }, () => {
    let fleet: Fleet;
    let site: Site;
    const many = (count: number) =>
      configApp('many', Object.fromEntries(Array.from({ length: count }, (_, i) => [`m${i}`, '1'])));
    const definition = (template: string) => `kind: ComponentDefinition
metadata: { name: note }
spec: { schematic: { cue: { template: ${JSON.stringify(template)} } } }
`;
    const note = (text: string) => `kind: Application
metadata: { name: note, namespace: default }
spec: { components: [{ name: note, type: note, properties: { text: "${text}" } }] }
`;
    const good =
      'output: { apiVersion: "v1", kind: "ConfigMap", metadata: name: context.name, data: text: parameter.text }\nparameter: text: string';
    const approveAll = async (): Promise<void> => {
      for (const { change } of (await fleet.status()).guarded) {
        expect(await fleet.cli('approve', change)).toMatchObject({ status: 0, stderr: '' });
      }
    };

    beforeAll(async () => {
      fleet = await startFleet({ backend, hub: { localCluster: 'local' } });
      await fleet.push({ 'clusters.yaml': clusterYaml('local') });
      site = await fleet.join('local');
      await fleet.settled();
      // The agent has said by now which format it reads: no digest changes with the format later on.
      await fleet.push({ 'many.yaml': many(12), 'definition.yaml': definition(good), 'note.yaml': note('1') });
      await fleet.settled();
    }, 120_000);
    afterAll(() => fleet.close());

    it('stays as it was published, byte for byte, while its template fails; what is beside it proceeds', async () => {
      const before = rowOf(await fleet.status(), 'default/note')!;
      const live = await site.view.get(map('note'));
      expect(live).toMatchObject({ data: { text: '1' } });
      await fleet.push({
        'definition.yaml': definition(good.replace('parameter.text', 'parameter.text + 1')),
        'note.yaml': note('2'),
        'many.yaml': many(11),
      });
      await site.view.untilGone(map('m11'));
      const status = await fleet.settled();
      expect(status.problems).toMatchObject([{ code: 'RENDER_FAILED', app: 'default/note' }]);
      expect(rowOf(status, 'default/note')).toMatchObject({ desired: before.desired, health: 'Healthy' });
      expect(await site.view.get(map('note'))).toEqual(live);
      await fleet.push({ 'definition.yaml': definition(good) });
      expect((await fleet.settled()).problems).toEqual([]);
      expect(await site.view.get(map('note'))).toMatchObject({ data: { text: '2' } });
    });

    it('waits for approval before it takes away many objects at once', async () => {
      await fleet.push({ 'many.yaml': null, 'note.yaml': note('3') });
      const status = await fleet.settled();
      expect(await site.view.get(map('note'))).toMatchObject({ data: { text: '3' } });
      expect(status.guarded).toMatchObject([{ code: 'MASS_DELETE', cluster: 'local', application: 'default/many' }]);
      expect(status.guarded[0]?.ids).toHaveLength(11);
      expect(await site.view.get(map('m0'))).toBeDefined();
      expect(rowOf(status, 'default/many')).toMatchObject({ health: 'Healthy' });
      const said = await fleet.cli('status');
      expect(said.status).toBe(10);
      expect(said.stdout).toContain('guarded[MASS_DELETE] default/many on local: would delete 11 objects');
      await approveAll();
      for (let i = 0; i < 11; i += 1) await site.view.untilGone(map(`m${i}`));
      const after = await fleet.settled();
      expect(after.guarded).toEqual([]);
      expect(rowOf(after, 'default/many')).toBeUndefined();
    });

    it('never takes away a namespace or a claim of storage without approval', async () => {
      const claim = '/PersistentVolumeClaim/default/disk';
      const objects = [
        { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ours' } },
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'disk' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      ];
      await fleet.push({ 'disk.yaml': rawApp('disk', objects) });
      await site.view.until(claim, 'there', () => true);
      await fleet.push({ 'disk.yaml': null });
      const { guarded } = await fleet.until('the change to be guarded', (now) => now.guarded.length > 0);
      expect(guarded).toMatchObject([{ code: 'PROTECTED_DELETE', application: 'default/disk' }]);
      expect(await site.view.get(claim)).toBeDefined();
      expect(await site.view.get('/Namespace//ours')).toBeDefined();
      await approveAll();
      await site.view.untilGone(claim);
      await site.view.untilGone('/Namespace//ours');
      expect((await fleet.settled()).guarded).toEqual([]);
    });

    it('keeps an application that renders to nothing', async () => {
      await fleet.push({ 'note.yaml': rawApp('note', []) });
      const status = await fleet.settled();
      expect([...status.problems, ...status.guarded].map(({ code }) => code).length).toBeGreaterThan(0);
      expect(await site.view.get(map('note'))).toMatchObject({ data: { text: '3' } });
    });
  });
}
