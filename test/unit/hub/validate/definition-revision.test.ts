import { describe, expect, it } from 'vitest';
import { createCatalog } from '../../../../hub/definitions/catalog.ts';
import { validate } from '../../../../hub/validate/validate.ts';
import { errorsOf, problemsOf, snapshotOf } from '../../../fixtures/hub/problems.ts';

/** A DefinitionRevision as `kubectl get -o yaml` prints it, apart from what Kubernetes adds. */
const revision = (name: string, template = 'output: {}') => `apiVersion: core.oam.dev/v1beta1
kind: DefinitionRevision
metadata:
  name: ${name}
  ownerReferences: [{kind: ComponentDefinition, name: web}]
spec:
  definitionType: Component
  revision: 3
  revisionHash: abc
  componentDefinition:
    metadata:
      name: web
      creationTimestamp: null
      annotations: {definition.oam.dev/description: a}
    spec:
      workload: {type: deployments.apps}
      schematic: {cue: {template: "${template}"}}
    status: {}
  traitDefinition: {metadata: {creationTimestamp: null}, spec: {}}
`;
const application = (type: string) =>
  `---\nkind: Application\nmetadata: {name: a}\nspec: {components: [{name: b, type: ${type}}]}\n`;

function found(text: string, type: string): string | undefined {
  const { definitions } = validate(snapshotOf(text)).fleet;
  return createCatalog(definitions.map(({ doc }) => doc)).find('ComponentDefinition', type, 'default')?.pinned.template;
}

describe('a DefinitionRevision', () => {
  it('gives the version of a type that an application names', () => {
    const text = revision('web-v3') + application('web@v3');
    expect(problemsOf(text)).toEqual([]);
    expect(found(text, 'web@v3')).toBe('output: {}');
  });

  it('gives its labels the type without the version', () => {
    const { definitions } = validate(snapshotOf(revision('web-v3'))).fleet;
    const pinned = createCatalog(definitions.map(({ doc }) => doc)).find('ComponentDefinition', 'web@v3', 'default');
    expect([pinned?.pinned.type, pinned?.workload]).toEqual(['web', 'deployments.apps']);
  });

  it('is not the type without a version', () => {
    expect(errorsOf(revision('web-v3') + application('web'))).toEqual([
      expect.stringContaining('no component type web'),
    ]);
  });

  it.each<[rule: string, type: string, template: string | undefined]>([
    ['its own version', 'web@v1.9.0', 'output: {a: 1}'],
    ['the newest of what it begins', 'web@v1', 'output: {a: 2}'],
    ['a version that no document has', 'web@v2', undefined],
  ])('of a version in parts: %s', (_, type, template) => {
    const both = [revision('web-v1.9.0', 'output: {a: 1}'), revision('web-v1.10.0', 'output: {a: 2}')].join('---\n');
    expect(found(both, type)).toBe(template);
  });

  it.each<[rule: string, text: string, error: string]>([
    [
      'of another type',
      revision('web-v3').replace('definitionType: Component', 'definitionType: Workload'),
      'DOCUMENT_INVALID 7:3 definitionType must be one of Component, Trait, Policy, WorkflowStep',
    ],
    [
      'without a version in its name',
      revision('web'),
      'DOCUMENT_INVALID 4:3 the name of a DefinitionRevision is that of its type and -vN',
    ],
    [
      'without the definition of its type',
      revision('web-v3').replace('definitionType: Component', 'definitionType: Trait'),
      'UNSUPPORTED 19:58 the definition has no template',
    ],
  ])('%s is refused where it says so', (_, text, error) => {
    expect(errorsOf(text)).toEqual([expect.stringContaining(error)]);
  });

  it('says where a version comes from that is not there', () => {
    expect(errorsOf(application('webservice@v3'))).toEqual([
      expect.stringContaining('or add a DefinitionRevision webservice-v3'),
    ]);
  });
});

describe('the version of a definition', () => {
  it.each(['spec: {version: 1.2.0, SCHEMATIC}', 'METADATA'])('is what it says of itself: %s', (member) => {
    const schematic = 'schematic: {cue: {template: "output: {}"}}';
    const text =
      member === 'METADATA'
        ? `kind: ComponentDefinition\nmetadata: {name: web, annotations: {definitionrevision.oam.dev/name: "1.2.0"}}\nspec: {${schematic}}\n`
        : `kind: ComponentDefinition\nmetadata: {name: web}\n${member.replace('SCHEMATIC', schematic)}\n`;
    expect(['web', 'web@v1.2.0', 'web@v1', 'web@v2'].map((type) => found(text, type) !== undefined)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
