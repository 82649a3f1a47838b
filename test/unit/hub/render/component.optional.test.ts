import { describe, expect, it } from 'vitest';
import { app, linesOf, local, objectOf, useRenderer } from '../../../fixtures/hub/manifests.ts';

const { render } = useRenderer();

/** Volumes of lists that may be left out, as the definition of KubeVela has them: what is not given makes nothing. */
const ofLists = `
  volumes: [if parameter.maps != _|_ for v in parameter.maps {{name: "map-" + v.name, configMap: name: v.name}}]
  blocks: *[for v in parameter.claims if v.mode == "Block" {{name: v.name, devicePath: v.path}}] | []
  patch: spec: template: spec: {
    // +patchKey=name
    "volumes": volumes
    containers: [{
      // +patchKey=name
      volumeDevices: blocks
      // +patchKey=name
      volumeMounts: [for v in volumes {{name: v.name, mountPath: "/" + v.name}}]
    }, ...]
  }
  outputs: {
    for v in parameter.claims {"claim-\\(v.name)": {
      apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: name: v.name
      spec: {accessModes: ["ReadWriteOnce"], resources: requests: storage: "1Gi"}
    }}
    for v in parameter.maps {"map-\\(v.name)": {apiVersion: "v1", kind: "ConfigMap", metadata: name: v.name}}
    if parameter.rbac.create {account: {apiVersion: "v1", kind: "ServiceAccount", metadata: name: context.name}}
  }
  parameter: {
    claims?: [...{name: string, path: string, mode: *"Filesystem" | string}]
    maps?: [...{name: string}]
    rbac?: create: bool
  }`;

const trait = `kind: TraitDefinition
metadata: { name: dropped }
spec: { schematic: { cue: { template: ${JSON.stringify(ofLists)} } } }
---`;
const component = (properties: string) =>
  `{ name: web, type: webservice, properties: { image: a }, traits: [{ type: dropped, properties: ${properties} }] }`;

describe('a trait of the repository that', () => {
  it.each([
    ['{}', []],
    ['{ maps: [{ name: m }] }', ['ConfigMap/default/m']],
    ['{ claims: [{ name: c, path: /c, mode: Block }] }', ['PersistentVolumeClaim/default/c']],
    ['{ rbac: { create: true } }', ['ServiceAccount/default/web']],
  ])('makes its objects of lists that may be left out does so for %s', async (properties, ids) => {
    const rendered = await render(trait + app(component(properties)) + local);
    expect(linesOf(rendered)).toEqual([]);
    const made = rendered.apps.flatMap(({ objects }) => objects.map(({ id }) => id));
    expect(
      made.filter((id) => !id.includes('Deployment')).map((id) => id.replace(/^[^/]*\/(?=\w+\/\w+\/)/, '')),
    ).toEqual(ids);
  });
});

/** A component as KubeVela's are written: lists of volumes of each sort, and what it takes of configurations. */
const web = `kind: ComponentDefinition
metadata: { name: web }
spec: { workload: { definition: { apiVersion: apps/v1, kind: Deployment } }, schematic: { cue: { template: ${JSON.stringify(`
  mounts: {
    map:   *[for v in parameter.volumeMounts.map {name: v.name, mountPath: v.mountPath}] | []
    empty: *[for v in parameter.volumeMounts.empty {name: v.name, mountPath: v.mountPath}] | []
  }
  volumes: [for v in parameter.volumeMounts.map {name: v.name, configMap: name: v.from}] + [for v in parameter.volumeMounts.empty {name: v.name, emptyDir: {}}]
  output: {
    apiVersion: "apps/v1"
    kind:       "Deployment"
    spec: {
      selector: matchLabels: "app.oam.dev/component": context.name
      template: {
        metadata: labels: "app.oam.dev/component": context.name
        spec: {
          containers: [{
            name:  context.name
            image: parameter.image
            if parameter["env"] != _|_ {env: parameter.env}
            if context["config"] != _|_ {env: context.config}
            if parameter["volumeMounts"] != _|_ {volumeMounts: mounts.map + mounts.empty}
          }]
          if parameter["volumeMounts"] != _|_ {"volumes": volumes}
        }
      }
    }
  }
  exposed: [for v in parameter.ports if v.expose {port: v.port}]
  outputs: {if len(exposed) != 0 {service: {
    apiVersion: "v1", kind: "Service", spec: {selector: "app.oam.dev/component": context.name, ports: exposed}
  }}}
  parameter: {
    image: string
    env?: [...{name: string, value?: string}]
    ports?: [...{port: int, expose: *false | bool}]
    volumeMounts?: {
      map?: [...{name: string, mountPath: string, from: string}]
      empty?: [...{name: string, mountPath: string}]
    }
  }`)} } } }
---`;

describe('a component of the repository that is written as those of KubeVela', () => {
  it.each<[properties: string, container: object, others: readonly string[]]>([
    ['', {}, []],
    ['env: [{ name: A, value: b }]', { env: [{ name: 'A', value: 'b' }] }, []],
    ['volumeMounts: { empty: [{ name: e, mountPath: /e }] }', { volumeMounts: [{ name: 'e', mountPath: '/e' }] }, []],
    ['ports: [{ port: 80, expose: true }]', {}, ['Service']],
    ['ports: [{ port: 80 }]', {}, []],
  ])('renders with { %s }', async (properties, container, others) => {
    const rendered = await render(
      web + app(`{ name: web, type: web, properties: { image: a, ${properties} } }`) + local,
    );
    expect(linesOf(rendered)).toEqual([]);
    expect(objectOf(rendered, 'Deployment/default/web')).toMatchObject({
      spec: { template: { spec: { containers: [{ name: 'web', image: 'a', ...container }] } } },
    });
    const kinds = rendered.apps.flatMap(({ objects }) => objects.map(({ object }) => object.kind));
    expect(kinds.filter((kind) => kind !== 'Deployment')).toEqual(others);
  });
});
