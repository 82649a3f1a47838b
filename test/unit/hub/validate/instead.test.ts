import { describe, expect, it } from 'vitest';
import { insteadOfMember, insteadOfVersion, insteadOfType } from '../../../../hub/validate/instead.ts';
import { builtinLists } from '../../../../hub/validate/references.ts';
import { validate } from '../../../../hub/validate/validate.ts';
import { problemLine } from '../../../../hub/status/problem.ts';
import { parseFile } from '../../../../hub/load/parse.ts';

function said(yaml: string): string[] {
  const { documents } = parseFile('a.yaml', Buffer.from(yaml));
  const facts = { repository: 'r', commit: 'c', descends: true, files: new Map(), problems: [], broken: [] };
  return validate({ ...facts, documents, ignored: 0 }).problems.map(problemLine);
}
const app = (component: string, spec = ''): string =>
  `kind: Application\nmetadata: { name: a }\nspec:\n  components: [{ name: a, type: worker, properties: { image: x }${component} }]\n${spec}`;

describe('what OAM and KubeVela have and Sluice has not', () => {
  it.each([
    [', scopes: {}', /^warning\[UNSUPPORTED\].*scopes.*remove it/],
    [', externalRevision: a-v1', /^warning\[UNSUPPORTED\].*NAME-vN/],
    [', dependson: [b]', /^error\[UNKNOWN_FIELD\]/],
  ])('is said with what to use instead: %s', (more, line) => {
    const lines = said(app(more));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(line);
  });

  it.each([
    ['  policies: [{ type: debug }]', /the policy debug is not supported.*what each object does/],
    ['  workflow: { steps: [{ type: vela-cli }] }', /the workflow step vela-cli is not supported.*do it in CI/],
    ['  rolloutPlan: {}', /\[UNSUPPORTED\] spec\.rolloutPlan is not supported.*a policy of type rollout/],
  ])('is said so of a spec: %s', (spec, line) => {
    expect(said(app('', spec))).toEqual([expect.stringMatching(line)]);
  });

  it('is nothing that Sluice has, and nothing of names that everything has', () => {
    const have = [...builtinLists.definitions.map(({ type }) => type), 'constructor', 'toString'];
    for (const type of have) {
      expect([type, insteadOfType('component', type), insteadOfType('trait', type)]).toEqual([
        type,
        undefined,
        undefined,
      ]);
    }
    expect(insteadOfMember(['constructor'])).toBeUndefined();
  });
});

describe('a kind of OAM before the Application of today', () => {
  it.each([
    ['ApplicationConfiguration', /unknown kind ApplicationConfiguration.*write an Application: each component/],
    ['Component', /unknown kind Component.*write an Application/],
    ['AppRollout', /unknown kind AppRollout.*a policy of type rollout/],
  ])('%s is said to be one', (kind, words) => {
    expect(said(`apiVersion: core.oam.dev/v1alpha2\nkind: ${kind}\nmetadata: { name: a }\nspec: {}\n`)).toEqual([
      expect.stringMatching(words),
    ]);
  });
});

describe('a type with a version', () => {
  it.each([
    [
      'webservice@v1',
      'write webservice: a revision of the application keeps the definition that it was made with; or add a DefinitionRevision webservice-v1',
    ],
    ['webservice', undefined],
    ['web@home', undefined],
  ])('%s has advice', (type, advice) => {
    expect(insteadOfVersion(type)).toBe(advice);
  });

  it.each(['type: worker@v1, properties: { image: a }', 'type: worker, traits: [{ type: scaler@v2 }]'])(
    'is refused: %s',
    (component) => {
      const lines = said(
        `kind: Application\nmetadata: { name: app }\nspec: { components: [{ name: web, ${component} }] }\n`,
      );
      expect(lines.join()).toMatch(
        /UNSUPPORTED\] no (component|trait) type \w+@v\d.*write \w+: a revision of the application keeps/,
      );
    },
  );
});

describe('a definition', () => {
  const definition = (name: string, more = ''): string =>
    `kind: TraitDefinition\nmetadata: { name: ${name} }\nspec:\n  schematic: { cue: { template: "patch: {}" } }\n${more}`;

  it('that has the name of a built-in says whom it changes, or that it does not count', () => {
    expect(said(definition('scaler'))).toEqual([
      expect.stringMatching(/^warning\[DUPLICATE_DOCUMENT\] it replaces the built-in scaler for every application/),
    ]);
    expect(said(definition('k8s-objects').replace('Trait', 'Component').replace('patch', 'output'))).toEqual([
      expect.stringMatching(/^warning\[DUPLICATE_DOCUMENT\] it does not count/),
    ]);
    expect(said(definition('own'))).toEqual([]);
  });

  it('says which attributes of KubeVela have no effect', () => {
    const lines = said(definition('own', '  controlPlaneOnly: true\n  manageWorkload: false\n'));
    expect(lines).toEqual([
      expect.stringMatching(/^warning\[UNSUPPORTED\] it cannot be used: its objects are for the control plane alone/),
    ]);
  });

  it('has a stage that there is, and is a trait', () => {
    expect(said(definition('own', '  stage: PreDispatch\n'))).toEqual([]);
    expect(said(definition('own', '  stage: Before\n'))).toEqual([
      expect.stringMatching(
        /^error\[DOCUMENT_INVALID\] stage must be one of PreDispatch, DefaultDispatch, PostDispatch/,
      ),
    ]);
    const component = definition('own', '  stage: PreDispatch\n')
      .replace('Trait', 'Component')
      .replace('patch', 'output');
    expect(said(component)).toEqual([expect.stringMatching(/^warning\[UNSUPPORTED\] stage is not used: only traits/)]);
  });
});

it('labels at the top of a document are said to belong under metadata', () => {
  expect(said('kind: Cluster\nmetadata: { name: a }\nlabels: { env: prod }\n')).toEqual([
    expect.stringMatching(/unknown field labels; a\.yaml:3:1; did you mean metadata\.labels\?/),
  ]);
});

it('the namespace of a Cluster is said to be unused', () => {
  expect(said('kind: Cluster\nmetadata: { name: a, namespace: b }\n')).toEqual([
    expect.stringMatching(/^warning\[UNSUPPORTED\] the namespace of a Cluster is not used; a\.yaml:2:/),
  ]);
});
