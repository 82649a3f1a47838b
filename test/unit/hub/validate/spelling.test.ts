import { describe, expect, it } from 'vitest';
import type { RawDocument } from '../../../../hub/model/source.ts';
import { spelled } from '../../../../hub/validate/spelling.ts';
import { validate } from '../../../../hub/validate/validate.ts';
import { problemsOf, snapshotOf } from '../../../fixtures/hub/problems.ts';

const raw = (value: object): RawDocument => ({
  value,
  place: { path: 'a.yaml', line: 1, column: 1 },
  locate: (path: readonly (string | number)[]) => ({ path: path.join('.'), line: 1, column: 1 }),
});
const metadata = { name: 'a' };

describe('the spelling of a document', () => {
  it.each<[rule: string, written: object, value: object]>([
    ['without apiVersion', { kind: 'Cluster', metadata }, { kind: 'Cluster', metadata }],
    ['with its name at the top', { kind: 'Cluster', name: 'a' }, { kind: 'Cluster', metadata }],
    [
      'under another name of its kind',
      { kind: 'AppDeployment', metadata },
      { kind: 'ApplicationDeployment', metadata },
    ],
    [
      'of steps under their old kind',
      { kind: 'WorkflowDefinition', metadata, spec: {} },
      { kind: 'WorkflowStepDefinition', metadata, spec: {} },
    ],
    [
      'with its steps as a list',
      { kind: 'Application', metadata, spec: { workflow: [{ type: 'suspend' }] } },
      { kind: 'Application', metadata, spec: { workflow: { steps: [{ type: 'suspend' }] } } },
    ],
  ])('%s is put right', (_, written, value) => {
    expect(spelled(raw(written)).value).toEqual({ apiVersion: 'core.oam.dev/v1beta1', ...value });
  });

  it('says where a step of a list stands', () => {
    const { raw: read } = spelled(raw({ kind: 'Application', metadata, spec: { workflow: [{ type: 'suspend' }] } }));
    expect(read.locate(['spec', 'workflow', 'steps', 0, 'type']).path).toBe('spec.workflow.0.type');
  });
});

describe('a kind of KubeVela that means nothing here', () => {
  const document = (kind: string) =>
    `apiVersion: core.oam.dev/v1beta1\nkind: ${kind}\nmetadata: {name: a}\nspec: {x: 1}\n`;

  it.each<[kind: string, words: string]>([
    ['HealthScope', 'a HealthScope is left out: health is judged all the time'],
    ['ScopeDefinition', 'a ScopeDefinition is left out: there are no scopes'],
    ['WorkflowRun', 'a WorkflowRun is left out: steps run with each commit that changes what they deliver'],
    [
      'ApplicationRevision',
      'an ApplicationRevision is what KubeVela wrote down of a run, and means nothing here: it is left out',
    ],
    [
      'ResourceTracker',
      'a ResourceTracker is what KubeVela wrote down of a run, and means nothing here: it is left out',
    ],
  ])('%s is left out with a warning', (kind, words) => {
    expect(problemsOf(document(kind))).toEqual([`warning UNSUPPORTED 2: ${words}`]);
  });

  it('is nothing that a document which went may be hidden in', () => {
    const { unread, fleet } = validate(snapshotOf(document('HealthScope')));
    expect([unread, [...fleet.frozen]]).toEqual([[], []]);
  });

  it('is an error where it says what to deliver', () => {
    expect(problemsOf(document('ApplicationConfiguration'))).toEqual([
      'error UNKNOWN_KIND 2: unknown kind ApplicationConfiguration',
    ]);
  });

  it('is told of with each commit, and not only with the first', () => {
    const snapshot = snapshotOf('apiVersion: core.oam.dev/v1beta1\nkind: HealthScope\nmetadata: {name: a}\nspec: {}\n');
    const told = () => validate(snapshot).problems.map(({ message }) => message);
    expect(told()).toEqual(told());
    expect(told()).toEqual(['a HealthScope is left out: health is judged all the time']);
  });
});

describe('scopes of a component', () => {
  it.each(['scopes: {healthscopes.core.oam.dev: a}', 'externalRevision: web-v1'])('%s: a warning', (member) => {
    const text = `kind: Application\nmetadata: {name: a}\nspec:\n  components:\n    - name: web\n      type: worker\n      properties: {image: a}\n      ${member}\n`;
    const name = member.split(':')[0];
    expect(problemsOf(text)).toEqual([`warning UNSUPPORTED 8: ${name} of a component means nothing here`]);
  });
});
