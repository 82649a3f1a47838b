import { describe, expect, it } from 'vitest';
import { app, linesOf, local, objectOf, textsOf, useRenderer } from '../../../fixtures/hub/manifests.ts';

const { render } = useRenderer();

/** Traits as KubeVela's own are written, each with the properties that it is tried with. */
interface Idiom {
  readonly idiom: string;
  readonly template: string;
  readonly properties?: string;
  /** The containers that come out, by name; `main` is the component's. */
  readonly containers: Readonly<Record<string, object>>;
}

// The container is looked for by name among those of the output, and a text in `errs` says that it is not there.
const found = (params: string, members: string) => `
#PatchParams: {containerName: *"" | string, ${params}}
PatchContainer: {
  _params: #PatchParams
  name: _params.containerName
  _baseContainers: context.output.spec.template.spec.containers
  _matchContainers_: [for _container_ in _baseContainers if _container_.name == name {_container_}]
  if len(_matchContainers_) == 0 {err: "container \\(name) not found"}
  if len(_matchContainers_) > 0 {${members}}
}
patch: spec: template: spec: {
  if parameter.containers == _|_ {
    // +patchKey=name
    containers: [{
      PatchContainer & {_params: {
        for key, value in parameter if key != "containerName" {"\\(key)": value}
        if parameter.containerName == "" {containerName: context.name}
        if parameter.containerName != "" {containerName: parameter.containerName}
      }}
    }]
  }
  if parameter.containers != _|_ {
    // +patchKey=name
    containers: [for c in parameter.containers {PatchContainer & {_params: c}}]
  }
}
parameter: *#PatchParams | close({containers: [...#PatchParams]})
errs: [for c in patch.spec.template.spec.containers if c.err != _|_ {c.err}]
`;
const imaged = found('image: string', '\n// +patchStrategy=retainKeys\nimage: _params.image\n');
const listed = found('add: [...string]', '\n// +patchStrategy=replace\nargs: [for a in _params.add {a}]\n');

const idioms: readonly Idiom[] = [
  {
    idiom: 'looks for its container by context.name',
    template: imaged,
    properties: '{ image: b }',
    containers: { main: { image: 'b' }, side: { image: 's' } },
  },
  {
    idiom: 'looks for the container that a property names: the main one',
    template: imaged,
    properties: '{ containerName: web, image: b }',
    containers: { main: { image: 'b' }, side: { image: 's' } },
  },
  {
    idiom: 'looks for the container that a property names: another one',
    template: imaged,
    properties: '{ containerName: side, image: b }',
    containers: { main: { image: 'a' }, side: { image: 'b' } },
  },
  {
    idiom: 'looks for several containers',
    template: listed,
    properties: '{ containers: [{ containerName: web, add: [x] }, { containerName: side, add: [z] }] }',
    containers: { main: { args: ['x'] }, side: { args: ['z'] } },
  },
  {
    idiom: 'names the container in a list with a key',
    template: `
      patch: spec: template: spec: {
        // +patchKey=name
        containers: [{name: context.name, env: [{name: "A", value: "b"}]}]
        // +patchKey=name
        initContainers: [{name: "init", image: "i"}]
      }`,
    containers: { main: { env: [{ name: 'A', value: 'b' }] }, side: { image: 's' } },
  },
  {
    idiom: 'means the first container by its place',
    template: `
      patch: spec: template: spec: containers: [{
        // +patchStrategy=retainKeys
        resources: limits: cpu: parameter.cpu
      }, ...]
      parameter: cpu: string`,
    properties: '{ cpu: "1" }',
    containers: { main: { resources: { limits: { cpu: '1' } } }, side: { image: 's' } },
  },
  {
    idiom: 'goes through all containers of the output',
    template: `
      patch: spec: template: spec: {
        volumes: [{name: "v", emptyDir: {}}]
        // +patchKey=name
        containers: [for c in context.output.spec.template.spec.containers {
          name: c.name
          volumeMounts: [{name: "v", mountPath: "/v"}]
        }]
      }`,
    containers: {
      main: { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      side: { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
    },
  },
  {
    idiom: 'merges a list of all containers as JSON',
    template: `
      // +patchStrategy=jsonMergePatch
      patch: spec: template: spec: containers: [for c in context.output.spec.template.spec.containers {
        c
        if c.name == context.name {tty: true}
      }]`,
    containers: { main: { image: 'a', tty: true }, side: { image: 's' } },
  },
  {
    idiom: 'replaces them by an operation of a JSON patch',
    template: `
      // +patchStrategy=jsonPatch
      patch: operations: [{
        op: "replace", path: "/spec/template/spec/containers"
        value: [for c in context.output.spec.template.spec.containers {
          c
          if c.name == context.name {tty: true}
        }]
      }]`,
    containers: { main: { image: 'a', tty: true }, side: { image: 's' } },
  },
];

const trait = (template: string) => `
kind: TraitDefinition
metadata: { name: dropped }
spec: { schematic: { cue: { template: ${JSON.stringify(template)} } } }
---`;
const sidecar = '{ type: sidecar, properties: { name: side, image: s } }';
const component = (properties = '{}', more = '') =>
  `{ name: web, type: webservice, properties: { image: a }, traits: [${sidecar}, { type: dropped, properties: ${properties} }${more}] }`;

/** The containers of a Deployment by name; `main` for that of the component. */
function containersOf(object: Record<string, unknown>): Record<string, object> {
  const { spec } = object as { spec: { template: { spec: { containers: { name: string }[] } } } };
  return Object.fromEntries(
    spec.template.spec.containers.map(({ name, ...container }) => [name === 'web' ? 'main' : name, container]),
  );
}

describe('a trait of the repository that', () => {
  it.each(idioms)('$idiom does so for an Application', async ({ template, properties, containers }) => {
    const rendered = await render(trait(template) + app(component(properties)) + local);
    expect(linesOf(rendered)).toEqual([]);
    const made = containersOf(objectOf(rendered, 'Deployment/default/web'));
    expect(Object.keys(made)).toEqual(['main', 'side']);
    expect(made).toMatchObject(containers);
  });

  it.each(idioms)('$idiom does so for two revisions', async ({ template, properties, containers }) => {
    const revisions = [component(properties), component(properties, ', { type: scaler, properties: { replicas: 3 } }')];
    const texts = textsOf({ revisions, lists: '1 2' });
    const rendered = await render(...texts.map((text) => trait(template) + text));
    expect(linesOf(rendered)).toEqual([]);
    for (const name of ['web-v1', 'web-v2']) {
      const made = containersOf(objectOf(rendered, `Deployment/default/${name}`));
      expect(Object.keys(made)).toEqual(['main', 'side']);
      expect(made).toMatchObject(containers);
    }
  });

  it.each(['Application', 'two revisions'])('says that a container is not there is told, for %s', async (where) => {
    const wrong = component('{ containerName: none, image: b }');
    const [text] = where === 'Application' ? [app(wrong) + local] : textsOf({ revisions: [wrong], lists: '1' });
    const lines = linesOf(await render(trait(imaged) + text!));
    expect(lines.join()).toContain('RENDER_FAILED app-v1: TraitDefinition/dropped: container none not found');
  });
});
