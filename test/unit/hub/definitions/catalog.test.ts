import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { builtinDefinitions, createCatalog, fromTexts } from '../../../../hub/definitions/catalog.ts';
import { definition, type Definition } from '../../../../hub/model/documents.ts';

const folder = new URL('../../../../hub/definitions/', import.meta.url);

function own(
  kind: Definition['kind'],
  name: string,
  facts: { namespace?: string; spec?: object; inPlace?: true } = {},
) {
  const { namespace, spec = {}, inPlace } = facts;
  const annotations = inPlace && { 'sluice.dev/in-place': 'true' };
  const template = `from: "${namespace ?? 'default'}"`;
  return definition.parse({
    apiVersion: 'core.oam.dev/v1beta1',
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), ...(annotations && { annotations }) },
    spec: { schematic: { cue: { template } }, ...spec },
  });
}

describe('the built-in definitions', () => {
  it('are the files of the folder and their aliases', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.cue'));
    const types = builtinDefinitions.map(({ type }) => type);
    const shared = ['containers', 'env-sources', 'pod', 'pod-patch', 'ports', 'probe'];
    expect([...types, ...shared].sort()).toEqual(
      [...files.map((name) => name.replace('.cue', '')), 'ingress', 'ingress-1-20'].sort(),
    );
  });

  it('say what they are for, and what a component runs as', () => {
    expect(builtinDefinitions.filter(({ description }) => !/^[A-Z].*\.$/.test(description))).toEqual([]);
    const components = builtinDefinitions.filter(({ kind }) => kind === 'ComponentDefinition');
    expect(Object.fromEntries(components.map(({ type, workload }) => [type, workload]))).toEqual({
      'cron-task': 'cronjobs.batch',
      daemon: 'daemonsets.apps',
      'k8s-objects': null,
      raw: null,
      'ref-objects': null,
      statefulset: 'statefulsets.apps',
      task: 'jobs.batch',
      webservice: 'deployments.apps',
      worker: 'deployments.apps',
    });
  });

  it('keep the names of what is updated in place', () => {
    const inPlace = builtinDefinitions.filter((one) => one.inPlace).map(({ type }) => type);
    expect(inPlace.sort()).toEqual(['cron-task', 'k8s-objects', 'raw', 'ref-objects', 'statefulset']);
  });

  it('have templates without words for people, and with how fields are patched', () => {
    const { template, source } = builtinDefinitions.find(({ type }) => type === 'storage')!;
    expect(source).toContain('// Claims of persistent volumes.');
    expect(template).not.toMatch(/^\s*(?:\/\/ [^+]|$)/m);
    expect(template.match(/\/\/ \+patchKey=/g)).toEqual(source.match(/\/\/ \+patchKey=/g));
  });

  it('say how a field is patched right above it', () => {
    const stray = builtinDefinitions.flatMap(({ type, template }) =>
      [...template.matchAll(/^\t*\/\/ \+patch\w+=\w+\n(?!\t*(?:\/\/ \+patch|[\w"]+:))(.*)$/gm)].map(
        ([, line]) => `${type}: ${line}`,
      ),
    );
    expect(stray).toEqual([]);
  });

  it('cannot include what is not a shared text', () => {
    const texts = new Map([['web', '// Web.\n//\n// kind: component\n// includes: missing\n\na: 1\n']]);
    expect(() => fromTexts(texts)).toThrow(
      expect.objectContaining({
        code: 'INTERNAL',
        message: 'the built-in definition web includes missing, which is not a shared text',
      }) as Error,
    );
  });
});

describe('the catalogue', () => {
  it('lists the types of a kind, built-in ones and those of users', () => {
    const catalog = createCatalog([own('TraitDefinition', 'house-trait'), own('PolicyDefinition', 'house-policy')]);
    const traits = catalog.types('TraitDefinition');
    expect(traits).toEqual(traits.toSorted());
    expect(traits).toEqual(expect.arrayContaining(['annotations', 'house-trait', 'ingress', 'scaler']));
    expect(traits).not.toContain('house-policy');
    expect(catalog.types('ComponentDefinition')).not.toContain('house-trait');
  });

  it.each([
    ['the one of the namespace', ['team', 'a'], 'team', 'from: "team"'],
    ['else the first other one by name', ['b', 'a'], 'team', 'from: "a"'],
  ])('finds %s', (_, namespaces, namespace, template) => {
    const definitions = namespaces.map((one) => own('ComponentDefinition', 'worker', { namespace: one }));
    const found = createCatalog(definitions).find('ComponentDefinition', 'worker', namespace);
    expect(found?.pinned.template).toBe(template);
  });

  it('finds the built-in one where no user wrote one, with nothing more than a revision pins', () => {
    const found = createCatalog([]).find('ComponentDefinition', 'worker', 'team');
    expect(Object.keys(found?.pinned ?? {})).toEqual([
      'kind',
      'type',
      'template',
      'inPlace',
      'appliesToWorkloads',
      'patches',
    ]);
    expect(found?.workload).toBe('deployments.apps');
    expect(createCatalog([]).find('TraitDefinition', 'worker', 'team')).toBeNull();
  });

  it('takes from a user’s definition how it updates and what it applies to', () => {
    const facts = { inPlace: true as const, spec: { appliesToWorkloads: ['jobs.batch'] } };
    const catalog = createCatalog([own('TraitDefinition', 'house-trait', facts)]);
    expect(catalog.find('TraitDefinition', 'house-trait', 'team')?.pinned).toEqual({
      kind: 'TraitDefinition',
      type: 'house-trait',
      template: 'from: "default"',
      inPlace: true,
      appliesToWorkloads: ['jobs.batch'],
      patches: 'unified',
    });
  });

  it('does not let a user replace what delivers objects as they are written', () => {
    const found = createCatalog([own('ComponentDefinition', 'k8s-objects')]).find(
      'ComponentDefinition',
      'k8s-objects',
      'default',
    );
    expect(found?.pinned.template).toContain('objects:');
  });
});

describe('what a user’s component runs as', () => {
  it.each([
    ['a type', { type: 'jobs.batch' }, 'jobs.batch'],
    ['a type that says nothing', { type: 'autodetects.core.oam.dev' }, null],
    ['a kind of a group', { definition: { apiVersion: 'apps/v1', kind: 'Deployment' } }, 'deployments.apps'],
    ['a kind of the core group', { definition: { apiVersion: 'v1', kind: 'Pod' } }, 'pods'],
    [
      'a kind that ends in s',
      { definition: { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' } },
      'ingresses.networking.k8s.io',
    ],
    ['a kind that ends in y', { definition: { apiVersion: 'example.com/v1', kind: 'Policy' } }, 'policies.example.com'],
    ['nothing', undefined, null],
    ['half of a reference', { definition: { kind: 'Pod' } }, null],
  ])('is read from %s', (_, workload, words) => {
    const doc = own('ComponentDefinition', 'house', { spec: { workload } });
    expect(createCatalog([doc]).find('ComponentDefinition', 'house', 'default')?.workload).toBe(words);
  });
});
