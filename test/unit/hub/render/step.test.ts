import { describe, expect, it } from 'vitest';
import { fleetOf } from '../../../fixtures/hub/fleet.ts';
import { app, linesOf, local, objectOf, useRenderer } from '../../../fixtures/hub/manifests.ts';
import { emptyHistory, recordRevisions } from '../../../../hub/render/revisions.ts';
import { renderRevision } from '../../../../hub/render/revision.ts';
import { componentSources } from '../../../../hub/sources/list.ts';

const { cue, render } = useRenderer();

const trait = (name: string, text: string): string => `
kind: TraitDefinition
metadata: { name: ${name} }
spec: { schematic: { cue: { template: ${JSON.stringify(text)} } } }
---`;
const workload = `
kind: ComponentDefinition
metadata: { name: own }
spec:
  workload: { definition: { apiVersion: apps/v1, kind: Deployment } }
  schematic:
    cue:
      template: |
        output: {
          apiVersion: "apps/v1"
          kind: "Deployment"
          spec: {
            replicas: parameter.replicas
            paused: *false | bool
            selector: matchLabels: app: context.name
            template: {
              metadata: labels: app: context.name
              spec: containers: [{name: context.name, image: "own", env: [{name: "A", value: "a"}]}, {name: "side", image: "s"}]
            }
          }
        }
        outputs: map: {apiVersion: "v1", kind: "ConfigMap", data: {a: "1", b: *"2" | string}}
        parameter: replicas: *1 | int
---`;
const deploymentWith = (properties: string, ...types: readonly string[]): string =>
  app(
    `{ name: web, type: own, properties: ${properties}, traits: [${types.map((type) => `{ type: ${type} }`).join()}] }`,
  ) + local;

describe('a patch of a trait', () => {
  const specOf = async (template: string, properties = '{}') => {
    const rendered = await render(workload + trait('change', template) + deploymentWith(properties, 'change'));
    expect(linesOf(rendered)).toEqual([]);
    return {
      spec: objectOf(rendered, 'apps/Deployment/default/web')['spec'] as Record<string, unknown>,
      map: objectOf(rendered, '/ConfigMap/default/web-map'),
    };
  };

  it('gives what its component leaves to a default', async () => {
    expect((await specOf('patch: spec: {replicas: 3, paused: true}')).spec).toMatchObject({
      replicas: 3,
      paused: true,
    });
  });

  it('replaces what is written where its comment says so', async () => {
    const template = 'patch: spec: {\n  // +patchStrategy=retainKeys\n  replicas: 3\n}';
    expect((await specOf(template, '{ replicas: 2 }')).spec).toMatchObject({ replicas: 3 });
  });

  it('finds containers by the key that its comment gives, on the line of several fields too', async () => {
    const template = `patch: {
      // +patchKey=name
      spec: template: spec: containers: [{name: "side", tty: true}, {name: context.name, env: [{name: "B", value: "b"}]}]
    }`;
    expect((await specOf(template)).spec).toMatchObject({
      template: {
        spec: {
          containers: [
            { name: 'web', image: 'own', env: [{ name: 'A' }, { name: 'B' }] },
            { name: 'side', tty: true },
          ],
        },
      },
    });
  });

  it('finds containers by their index without a key', async () => {
    const template = 'patch: spec: template: spec: containers: [{tty: true}, ...]';
    expect((await specOf(template)).spec).toMatchObject({
      template: { spec: { containers: [{ name: 'web', tty: true }, { name: 'side' }] } },
    });
  });

  it('may be a merge patch, or a list of operations', async () => {
    const merge = '// +patchStrategy=jsonMergePatch\npatch: spec: {replicas: 4, paused: null}';
    const { spec } = await specOf(merge, '{ replicas: 2 }');
    expect([spec['replicas'], spec['paused']]).toEqual([4, undefined]);
    const json =
      '// +patchStrategy=jsonPatch\npatch: operations: [{op: "replace", path: "/spec/replicas", value: 5}, {op: "remove", path: "/spec/template/spec/containers/1"}]';
    const after = (await specOf(json, '{ replicas: 2 }')).spec;
    expect(after).toMatchObject({ replicas: 5, template: { spec: { containers: [{ name: 'web' }] } } });
    expect(after).not.toHaveProperty('operations');
  });

  it('may say what each item of a list is', async () => {
    const all = 'patch: spec: template: spec: containers: [{tty: true}, ...{stdin: true}]';
    expect((await specOf(all)).spec).toMatchObject({
      template: {
        spec: {
          containers: [
            { name: 'web', tty: true },
            { name: 'side', stdin: true },
          ],
        },
      },
    });
    const keyed = '// +patchKey=name\npatch: spec: template: spec: containers: [...{stdin: true}]';
    expect((await specOf(keyed)).spec).toMatchObject({
      template: {
        spec: {
          containers: [
            { name: 'web', stdin: true },
            { name: 'side', stdin: true },
          ],
        },
      },
    });
  });

  it('changes the objects beside the workload', async () => {
    expect((await specOf('patchOutputs: map: data: {b: "3", c: "4"}')).map['data']).toEqual({ a: '1', b: '3', c: '4' });
  });

  it.each<[what: string, template: string, line: RegExp]>([
    [
      'another value than what is written',
      'patch: spec: {\n  replicas: 3\n}',
      /change gives spec\.replicas another value than ComponentDefinition\/own does \(line 2, column 3 of its template\), for component web; the other is at fleet\.yaml:13:13 /,
    ],
    [
      'fewer containers',
      'patch: spec: template: spec: containers: [{tty: true}]',
      /change gives spec\.template\.spec\.containers fewer items than it has/,
    ],
    [
      'an operation on what is not there',
      '// +patchStrategy=jsonPatch\npatch: operations: [{op: "remove", path: "/spec/none"}]',
      /the JSON patch cannot be applied: operations\[0\]: there is nothing at \/spec\/none/,
    ],
    ['its own complaint', 'errs: ["", "container x not found"]', /change: container x not found/],
  ])('is told with its place: %s', async (_, template, line) => {
    const rendered = await render(workload + trait('change', template) + deploymentWith('{ replicas: 2 }', 'change'));
    expect(linesOf(rendered).join()).toMatch(line);
    expect(rendered.problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual(['error RENDER_FAILED']);
    expect(rendered.apps).toEqual([]);
  });

  it('may make objects without names, of one name in several templates', async () => {
    const maps = ['cm', 'cm', 'my_Map'].map((name, at) =>
      trait(`t${at}`, `outputs: ${name}: {apiVersion: "v1", kind: "ConfigMap", data: at: "${at}"}`),
    );
    const rendered = await render(workload + maps.join('') + deploymentWith('{}', 't0', 't1', 't2', 't0'));
    expect(linesOf(rendered)).toEqual([]);
    const names = rendered.apps.flatMap(({ objects }) => objects.map(({ object }) => object.metadata.name));
    expect(names.sort()).toEqual(['web', 'web-cm', 'web-map', 'web-my-map', 'web-t0-cm-2', 'web-t1-cm']);
  });

  it('is told at its line of the file, with the template that says otherwise', async () => {
    const block = `
kind: TraitDefinition
metadata: { name: change }
spec:
  schematic:
    cue:
      template: |
        patch: spec: {
          replicas: 3
        }
---`;
    const text = `${block}${workload}${trait('first', 'patch: spec: replicas: 2')}${deploymentWith('{}', 'first', 'change')}`;
    const { problems } = await render(text);
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining(
        'TraitDefinition/change gives spec.replicas another value than TraitDefinition/first does',
      ),
    ]);
    expect(problems[0]?.place).toMatchObject({ line: 9, column: 11 });
    const first = text.split('\n').findIndex((line) => line.includes('patch: spec: replicas: 2')) + 1;
    expect(problems[0]?.message).toContain(`; the other is at fleet.yaml:${first}:`);
  });

  it('goes on by the former rules in a revision that an earlier release recorded', async () => {
    const text = workload + trait('change', 'patch: spec: replicas: 3') + deploymentWith('{ replicas: 2 }', 'change');
    const record = recordRevisions(emptyHistory, fleetOf(text)).revisions.get('default/app')![0]!;
    const definitions = Object.fromEntries(
      Object.entries(record.definitions).map(([name, one]) => {
        const former = { ...one };
        Reflect.deleteProperty(former, 'patches');
        return [name, former];
      }),
    );
    const options = { isSuffixed: false, sources: componentSources };
    const given = await renderRevision(cue(), { ...record, definitions }, options, new AbortController().signal);
    expect(given).toMatchObject({ value: [{ shared: [{}, { spec: { replicas: 3 } }] }] });
    expect(await renderRevision(cue(), record, options, new AbortController().signal)).toHaveProperty('faults');
  });
});
