import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCueEngine, type CueEngine } from '../../../../hub/cue/engine.ts';
import type { JsonSchema } from '../../../../hub/cue/describe.ts';
import { builtinDefinitions } from '../../../../hub/definitions/catalog.ts';
import { explainAll } from '../../../../hub/definitions/explain.ts';
import { schemaOfAll, schemaOfKind } from '../../../../hub/definitions/schema.ts';
import { typeSchemas } from '../../../../hub/operations/schema.ts';
import { systemClock } from '../../../../shared/adapters/clock.ts';
import { parseYaml } from '../../../../shared/lib/yaml.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { definition } from '../../../../hub/model/documents.ts';
import { toldByEditor } from '../../../fixtures/hub/editor.ts';

const application = (components: string, head = ''): string => `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
${head}spec:
  components:
${components.replace(/^/gm, '    ')}`;
const web = '- name: web\n  type: webservice\n  properties:\n    image: nginx:1.29\n';

describe('the schema of documents', () => {
  let cue: CueEngine;
  let all: JsonSchema;
  const { signal } = new AbortController();
  beforeAll(async () => {
    cue = startCueEngine({ clock: systemClock });
    all = schemaOfAll({ types: await typeSchemas(cue, [], signal), isClosed: false });
  });
  afterAll(() => cue.close());

  it('takes the example of each type of the library', async () => {
    const documents = explainAll(builtinDefinitions).map(({ type, example }) => {
      const document = {
        apiVersion: 'core.oam.dev/v1beta1',
        kind: 'Application',
        metadata: { name: 'x' },
        spec: example,
      };
      return [type, yamlText(document)] as const;
    });
    const told = await toldByEditor(all, documents.map(([, text]) => text).join('---\n'));
    expect(told).toEqual([]);
    expect(documents.length).toBeGreaterThan(40);
  });

  const bad: Readonly<Record<string, readonly [text: string, told: readonly RegExp[]]>> = {
    'a property that is not known': [application(web + '    prot: 80\n'), [/^11: Property prot is not allowed/]],
    'a property of the wrong type': [application(web + '    cpu: [1]\n'), [/^11: Incorrect type/]],
    'a property that is missing': [
      application('- name: web\n  type: webservice\n  properties:\n    port: 80\n'),
      [/^9: Missing property "image"/],
    ],
    'properties that are missing': [
      application('- name: web\n  type: webservice\n'),
      [/^7: Missing property "properties"/],
    ],
    'a value that is none of some': [
      application(web + '    imagePullPolicy: Sometimes\n'),
      [/^11: Value is not accepted/],
    ],
    'a property of a trait': [
      application(web + '  traits:\n    - type: scaler\n      properties:\n        replica: 2\n'),
      [/^14: Property replica is not allowed/],
    ],
    'a member of a list': [
      application(web + '    ports:\n      - port: 80\n        exposed: true\n'),
      [/^13: Property exposed is not allowed/],
    ],
    'a member of the document': [application(web, 'spce: {}\n'), [/^5: Property spce is not allowed/]],
    'a deployment without a placement': [
      'apiVersion: sluice.dev/v1alpha1\nkind: AppDeployment\nmetadata:\n  name: d\nspec:\n  appRevisions:\n    - revisionName: web-v1\n',
      [/^7: Missing property "placement"/],
    ],
    'a capability that a cluster cannot have': [
      'apiVersion: core.oam.dev/v1beta1\nkind: Cluster\nmetadata:\n  name: c\nspec:\n  capabilities:\n    teleport: true\n',
      [/^7: Property teleport is not allowed/],
    ],
  };
  it.each(Object.entries(bad))('refuses %s, at its place', async (_, [text, told]) => {
    const found = await toldByEditor(all, text);
    expect(found).toHaveLength(told.length);
    for (const [index, pattern] of told.entries()) expect(found[index]).toMatch(pattern);
  });

  it.each([
    ['a type that is not of the library', application('- name: db\n  type: our-database\n  properties: { size: 1 }\n')],
    ['an Application of another tool', 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: { project: x }\n'],
    ['an object of Kubernetes', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n'],
  ])('says nothing of %s', async (_, text) => {
    expect(await toldByEditor(all, text)).toEqual([]);
  });

  it('takes the documents of our examples', async () => {
    const file = new URL('../../../../examples/', import.meta.url);
    for (const name of [
      'hello/hello.yaml',
      'own-definition/definition.yaml',
      ...['1-v1', '2-v1-and-v2', '3-v2', '4-broken-v3'].flatMap((step) =>
        ['application', 'clusters', 'deployment'].map((kind) => `steps/${step}/${kind}.yaml`),
      ),
    ]) {
      expect(await toldByEditor(all, readFileSync(new URL(name, file), 'utf8')), name).toEqual([]);
    }
  });

  it('has the types of a repository, and no others where those are all', async () => {
    const text = readFileSync(new URL('../../../fixtures/additions/team.yaml', import.meta.url), 'utf8');
    const own = parseYaml(text, 'team.yaml').map(({ value }) => definition.parse(value));
    const types = await typeSchemas(cue, own, signal);
    const closed = schemaOfKind('Application', { types, isClosed: true });
    const told = (components: string) => toldByEditor(closed, application(components));
    expect(await told('- name: c\n  type: team-cache\n  properties: { size: small }\n')).toEqual([]);
    expect(await told('- name: c\n  type: team-cache\n  properties:\n    size: huge\n')).toEqual([
      expect.stringMatching(/^10: Value is not accepted/) as string,
    ]);
    expect(await told('- name: c\n  type: team-cash\n')).toHaveLength(1);
    expect(await told('- name: c\n  type: team-cache@v2\n')).toEqual([]);
  });
});
