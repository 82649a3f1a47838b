import { expect } from 'vitest';
import { waitFor } from '../../lab/controlplane/wait.ts';
import { definition, rawFiles, type FieldCase } from './scene.ts';

const map = (name: string, data: Record<string, string> = { a: '1' }) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
const idOf = (name: string) => `/ConfigMap/default/${name}`;

/** Cases of definitions, versions and APIs that come and go beside what is delivered. */
export const definitionCases: readonly FieldCase[] = [
  {
    name: 'a definition that is deleted by hand takes its objects; they are made again once it is back',
    run: async (scene) => {
      const crd = definition('boxes', 'd.example.com', 'Box');
      await scene.apply(crd);
      const box = { apiVersion: 'd.example.com/v1', kind: 'Box', metadata: { name: 'box' }, spec: { size: 1 } };
      await scene.fleet.push(rawFiles('boxed', [box, map('boxed')]));
      await scene.healthy('default/boxed');
      const id = 'apiextensions.k8s.io/CustomResourceDefinition//boxes.d.example.com';
      await scene.hands().remove(id);
      await scene.said(/Box\/box: .*the cluster does not serve this kind|Box\/box: .*404 page not found/);
      // What is written to one that is still ending goes with it.
      await scene.gone(id);
      await scene.apply(crd);
      await waitFor('it to be made again', () =>
        scene
          .site()
          .view.get('d.example.com/Box/default/box')
          .catch(() => undefined),
      );
      await scene.healthy('default/boxed');
    },
  },
  {
    name: 'an API of others that is down stops neither deliveries nor deletions',
    needsServer: true,
    run: async (scene) => {
      await scene.apply({
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1beta1.metrics.example.com' },
        spec: {
          group: 'metrics.example.com',
          version: 'v1beta1',
          groupPriorityMinimum: 100,
          versionPriority: 100,
          insecureSkipTLSVerify: true,
          service: { name: 'gone', namespace: 'kube-system' },
        },
      });
      await scene.fleet.push(rawFiles('calm', [map('calm'), map('calm-leaves')]));
      await scene.healthy('default/calm');
      await scene.fleet.push(rawFiles('calm', [map('calm', { a: '2' })], 2));
      await scene.gone(idOf('calm-leaves'));
      await scene.healthy('default/calm');
    },
  },
  {
    name: 'a conversion webhook that is down blocks objects of its kind alone, says so, and nothing is deleted for it',
    needsServer: true,
    run: async (scene) => {
      const crd = definition('knobs', 'e.example.com', 'Knob') as { spec: { versions: { name: string }[] } };
      const [first] = crd.spec.versions;
      await scene.apply(crd);
      const knob = { apiVersion: 'e.example.com/v1', kind: 'Knob', metadata: { name: 'knob' }, spec: { size: 1 } };
      await scene.fleet.push(rawFiles('knobs', [knob]));
      await scene.healthy('default/knobs');
      const uid = (await scene.site().view.get('e.example.com/Knob/default/knob'))?.metadata.uid;
      const broken = {
        ...crd,
        spec: {
          ...crd.spec,
          versions: [
            { ...first, name: 'v2', storage: true },
            { ...first, storage: false },
          ],
          conversion: {
            strategy: 'Webhook',
            webhook: {
              conversionReviewVersions: ['v1'],
              clientConfig: { service: { name: 'gone', namespace: 'kube-system', path: '/c' } },
            },
          },
        },
      };
      await scene.apply(broken);
      await scene.fleet.push({
        ...rawFiles('knobs', [{ ...knob, spec: { size: 2 } }], 2),
        ...rawFiles('beside-knobs', [map('beside-knobs')]),
      });
      await scene.healthy('default/beside-knobs');
      await scene.said(/Knob\/knob: .*(conversion webhook|cannot be listed|service "gone" not found)/);
      await scene.apply({ ...broken, spec: { ...broken.spec, conversion: { strategy: 'None' } } });
      await scene.healthy('default/knobs');
      expect((await scene.site().view.get('e.example.com/Knob/default/knob'))?.metadata.uid).toBe(uid);
    },
  },
  {
    name: 'a field that the schema of a kind does not have is refused with its name, and costs no more than a request in ten seconds for long',
    run: async (scene) => {
      const crd = definition('pegs', 'f.example.com', 'Peg') as { spec: { versions: { schema: object }[] } };
      crd.spec.versions[0]!.schema = {
        openAPIV3Schema: {
          type: 'object',
          properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
        },
      };
      await scene.apply(crd);
      const peg = (spec: object) => ({ apiVersion: 'f.example.com/v1', kind: 'Peg', metadata: { name: 'peg' }, spec });
      await scene.fleet.push(rawFiles('pegs', [peg({ size: 1, colour: 'red' })]));
      await scene.said(/Peg\/peg: .*colour/);
      await scene.fleet.push(rawFiles('pegs', [peg({ size: 1 })], 2));
      await scene.healthy('default/pegs');
    },
  },
  {
    name: 'a version of a kind that is not served any more: the object goes on in the version that is',
    run: async (scene) => {
      const crd = definition('cogs', 'g.example.com', 'Cog') as { spec: { versions: object[] } };
      const [first] = crd.spec.versions;
      crd.spec.versions = [{ ...first }, { ...first, name: 'v2', storage: false }];
      await scene.apply(crd);
      const cog = (version: string, size: number) => ({
        apiVersion: `g.example.com/${version}`,
        kind: 'Cog',
        metadata: { name: 'cog' },
        spec: { size },
      });
      await scene.fleet.push(rawFiles('cogs', [cog('v1', 1)]));
      await scene.healthy('default/cogs');
      const uid = (await scene.site().view.get('g.example.com/Cog/default/cog'))?.metadata.uid;
      crd.spec.versions = [
        { ...first, served: false },
        { ...first, name: 'v2', storage: false },
      ];
      await scene.apply(crd);
      await scene.fleet.push(rawFiles('cogs', [cog('v2', 2)], 2));
      await scene
        .site()
        .view.until(
          'g.example.com/Cog/default/cog',
          'at 2',
          (one) => (one['spec'] as { size: number }).size === 2,
          60_000,
        );
      await scene.healthy('default/cogs');
      expect((await scene.site().view.get('g.example.com/Cog/default/cog'))?.metadata.uid).toBe(uid);
      await scene.fleet.push({ 'cogs.yaml': null });
      await scene.gone('g.example.com/Cog/default/cog');
    },
  },
];
