import { describe, expect, it } from 'vitest';
import { validate } from '../../../../hub/validate/validate.ts';
import { errorsOf, problemsOf, snapshotOf } from '../../../fixtures/hub/problems.ts';

const define = (kind: string, name: string, spec = '{schematic: {cue: {template: "output: {}"}}}') =>
  `kind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const withMember = (member: string) =>
  define('TraitDefinition', 'gold', `{${member}, schematic: {cue: {template: "patch: {}"}}}`);

describe('a definition', () => {
  it.each(['ComponentDefinition', 'TraitDefinition', 'PolicyDefinition'])('of the kind %s is taken', (kind) => {
    expect(problemsOf(define(kind, 'house'))).toEqual([]);
  });

  it('of the workload alone is not used, and one with a template is a type', () => {
    expect(problemsOf(define('WorkloadDefinition', 'house', '{definitionRef: {name: deployments.apps}}'))).toEqual([
      'warning UNSUPPORTED 1: a WorkloadDefinition without a template is not used',
    ]);
    const application = '---\nkind: Application\nmetadata: {name: a}\nspec: {components: [{name: b, type: house}]}\n';
    expect(problemsOf(define('WorkloadDefinition', 'house') + application)).toEqual([]);
  });

  it('may be of the version of its API that KubeVela had first', () => {
    expect(problemsOf(`apiVersion: core.oam.dev/v1alpha2\n${define('TraitDefinition', 'gold')}`)).toEqual([]);
  });

  it.each<[rule: string, spec: string, error: string]>([
    ['without a schematic', '{}', 'the definition has no template'],
    ['with an empty one', '{schematic: {}}', 'the definition has no template'],
    ['with a chart', '{schematic: {helm: {}}}', 'the schematic helm is not supported'],
    [
      'with several, none of them CUE',
      '{schematic: {helm: {}, kube: {}}}',
      'the schematic helm, kube is not supported',
    ],
  ])('%s is refused', (_, spec, error) => {
    expect(errorsOf(define('ComponentDefinition', 'house', spec)).map((line) => line.replace(/ \d+:\d+/, ''))).toEqual([
      `UNSUPPORTED ${error}; write a CUE template at spec.schematic.cue.template`,
    ]);
  });

  it('may have its template where KubeVela read it first', () => {
    expect(problemsOf(define('TraitDefinition', 'gold', '{extension: {template: "patch: {}"}}'))).toEqual([]);
  });

  it('does not count where it has the name of a built-in policy', () => {
    expect(problemsOf(define('PolicyDefinition', 'topology'))).toEqual([
      'warning DUPLICATE_DOCUMENT 2: it does not count: the built-in policy topology cannot be replaced',
    ]);
  });

  it('makes a type of policy', () => {
    const app = (type: string) =>
      `kind: Application\nmetadata: {name: a}\nspec: {components: [{name: w, type: worker, properties: {image: i}}], policies: [{type: ${type}}]}\n`;
    expect(problemsOf(`${define('PolicyDefinition', 'house')}---\n${app('house')}`)).toEqual([]);
    expect(problemsOf(`${define('PolicyDefinition', 'house')}---\n${app('hause')}`)).toEqual([
      expect.stringContaining('error UNSUPPORTED'),
    ]);
  });

  it('may have dots in its name, and no capitals', () => {
    expect(problemsOf(define('TraitDefinition', 'gold.example'))).toEqual([]);
    expect(problemsOf(define('TraitDefinition', 'Gold'))).toEqual([expect.stringContaining('error NAME_INVALID 2')]);
  });

  it.each<[member: string, words: string | null]>([
    ['workloadRefPath: spec.x', null],
    ['manageWorkload: true', null],
    ['manageWorkload: false', null],
    ['stage: PreDispatch', null],
    ['conflictsWith: [a]', null],
    [
      'controlPlaneOnly: true',
      'it cannot be used: its objects are for the control plane alone (controlPlaneOnly), and the hub is not a cluster',
    ],
  ])('with %s is told what that does not do', (member, words) => {
    expect(problemsOf(withMember(member))).toEqual(words === null ? [] : [`warning UNSUPPORTED 3: ${words}`]);
  });

  it.each<[rule: string, kind: string, name: string, words: string | null]>([
    [
      'of a built-in one is told to replace it',
      'ComponentDefinition',
      'webservice',
      'it replaces the built-in webservice for every application, from the next change of each on',
    ],
    [
      'of one that cannot be replaced does not count',
      'ComponentDefinition',
      'k8s-objects',
      'it does not count: the built-in k8s-objects cannot be replaced',
    ],
    ['of a built-in trait is another one as a component', 'ComponentDefinition', 'scaler', null],
  ])('with the name %s', (_, kind, name, words) => {
    expect(problemsOf(define(kind, name))).toEqual(words === null ? [] : [`warning DUPLICATE_DOCUMENT 2: ${words}`]);
  });

  it('that is warned of stays in force', () => {
    expect(validate(snapshotOf(define('ComponentDefinition', 'webservice'))).fleet.definitions).toHaveLength(1);
  });
});
