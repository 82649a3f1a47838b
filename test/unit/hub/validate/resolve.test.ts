import { describe, expect, it } from 'vitest';
import { validate } from '../../../../hub/validate/validate.ts';
import { applicationWith, saidOf, snapshotOf } from '../../../fixtures/hub/delivery.ts';

const policy = (name: string, more = 'properties: { clusters: [c1] }'): string =>
  `---\napiVersion: core.oam.dev/v1alpha1\nkind: Policy\nmetadata: { name: ${name} }\ntype: topology\n${more}\n`;
const workflow = (steps: string, name = 'flow'): string =>
  `---\napiVersion: core.oam.dev/v1alpha1\nkind: Workflow\nmetadata: { name: ${name} }\nmode: { steps: DAG }\nsteps:\n  ${steps}\n`;
const deploys = (name: string): string => `- { type: deploy, properties: { policies: [${name}] } }`;
const ref = (name = 'flow'): string => applicationWith(`workflow: { ref: ${name} }\n`);
const own = (name: string): string => applicationWith(`workflow: { steps: [${deploys(name).slice(2)}] }\n`);

describe('an Application', () => {
  it('has the policies that its steps name in documents of their own', () => {
    const { fleet, problems } = validate(snapshotOf(own('there') + policy('there') + policy('other')));
    expect(problems).toEqual([]);
    expect(fleet.applications[0]?.doc.spec.policies).toEqual([
      { name: 'there', type: 'topology', properties: { clusters: ['c1'] } },
    ]);
  });

  it('has the steps of the Workflow that it refers to, with its mode', () => {
    const { fleet, problems } = validate(snapshotOf(ref() + workflow(deploys('there')) + policy('there')));
    expect(problems).toEqual([]);
    expect(fleet.applications[0]?.doc.spec).toMatchObject({
      policies: [{ name: 'there' }],
      workflow: { mode: { steps: 'DAG' }, steps: [{ type: 'deploy', properties: { policies: ['there'] } }] },
    });
  });

  it('is the same value for the same documents', () => {
    const snapshot = snapshotOf(ref() + workflow(deploys('there')) + policy('there'));
    const docs = [validate(snapshot), validate(snapshot)].map(({ fleet }) => fleet.applications[0]?.doc);
    expect(docs[0]).toBe(docs[1]);
  });

  it.each<[rule: string, text: string, lines: readonly RegExp[]]>([
    [
      'refers to what is there',
      ref('flo') + workflow(deploys('x')) + policy('x'),
      [/^error\[REFERENCE_NOT_FOUND\] there is no Workflow default\/flo; line 7 at ref; did you mean default\/flow/],
    ],
    [
      'has steps or a reference',
      applicationWith('workflow: { ref: flow, steps: [] }\n') + workflow('[]'),
      [/^error\[DOCUMENT_INVALID\] ref and steps are given; line 7 at ref; remove one/],
    ],
    [
      'waits for a Workflow that is broken',
      ref() + workflow('- { typ: deploy }'),
      [
        /Workflow default\/flow is broken; line 7 at ref;/,
        /steps\[0\]\.type is missing/,
        /unknown field steps\[0\]\.typ/,
      ],
    ],
    [
      'waits for a Policy that is broken',
      own('there') + policy('there', 'propertes: {}'),
      [/Policy default\/there is broken; line 7 at there/, /unknown field propertes/],
    ],
    [
      'is told what steps elsewhere lack here, where it refers to them',
      ref() + workflow(deploys('nope')),
      [/^error\[REFERENCE_NOT_FOUND\] there is no policy nope; line 7 at ref;/],
    ],
    [
      'takes no policy of another namespace',
      own('there') + policy('there').replace('name: there', 'name: there, namespace: x'),
      [/there is no policy there/],
    ],
  ])('%s', (_, text, lines) => {
    expect(saidOf(text)).toEqual(lines.map((line) => expect.stringMatching(line) as string));
  });
});

describe('a document of its own', () => {
  it.each<[rule: string, text: string, lines: readonly RegExp[]]>([
    ['may be there without anything that names it', policy('alone') + workflow(deploys('anything')), []],
    [
      'is read by the schema of its type',
      policy('p', 'properties: { cluster: [a] }'),
      [/unknown field cluster; line 6 at cluster; did you mean clusters/],
    ],
    [
      'has a type that is there',
      policy('p').replace('topology', 'tropology'),
      [/the policy tropology is not supported; line 5 at type; did you mean topology/],
    ],
    [
      'has steps of types that are there',
      workflow('- { type: deplore }'),
      [/the workflow step deplore is not supported; line 7 at type;/],
    ],
    [
      'has steps whose names come once',
      workflow('- { type: deploy, name: a }\n  - { type: deploy, name: a }'),
      [/a second step named a; line 8 at name;/],
    ],
    [
      'has a version that has it',
      policy('p').replace('v1alpha1', 'v1alpha2'),
      [/Policy of core\.oam\.dev\/v1alpha2 is not known; .*v1alpha1/],
    ],
  ])('%s', (_, text, lines) => {
    expect(saidOf(text.replace('---\n', '\n'))).toEqual(lines.map((line) => expect.stringMatching(line) as string));
  });
});
