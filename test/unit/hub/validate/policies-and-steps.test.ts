import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Application } from '../../../../hub/model/documents.ts';
import type { RawDocument } from '../../../../hub/model/source.ts';
import type { Policy } from '../../../../hub/policies/policy.ts';
import { checkPolicies, checkSteps } from '../../../../hub/validate/policies-and-steps.ts';
import { reporterOf } from '../../../../hub/validate/problems.ts';
import type { StepType } from '../../../../hub/workflow/step.ts';

/** What the checks of a type were asked, and the problems that were told, with their places. */
function check(doc: object) {
  const asked: string[] = [];
  const locate = (path: readonly (string | number)[]) => ({ path: path.join('.'), line: 1, column: 1 });
  const raw = { value: {}, place: locate([]), locate } as unknown as RawDocument;
  const reporter = reporterOf(raw, null);
  const type = (name: string) => ({
    type: name,
    schema: z.strictObject({ size: z.number() }),
    check: (use: { name: string; properties: unknown }, where: { path: readonly (string | number)[] }) => {
      asked.push(`${use.name} ${JSON.stringify(use.properties)} at ${where.path.join('.')}`);
    },
  });
  const application = { spec: { components: [], ...doc } } as unknown as Application;
  checkPolicies(application, [type('quota')] as unknown as Policy[], { reporter, checkType: () => undefined });
  const steps = application.spec.workflow?.steps ?? [];
  const types = [type('notify'), { ...type('several'), isGroup: true }] as unknown as StepType[];
  checkSteps(steps, types, { application, delivered: [], path: ['spec', 'workflow', 'steps'], reporter });
  return [...asked, ...reporter.problems.map(({ code, place, message }) => `${code} ${place?.path} ${message}`)];
}

describe('policies and steps', () => {
  it.each<[rule: string, doc: object, words: readonly string[]]>([
    ['are none', {}, []],
    [
      'are checked by their types, at their own places',
      {
        policies: [{ type: 'quota', name: 'q', properties: { size: 1 } }],
        workflow: { steps: [{ type: 'notify', name: 's', properties: { size: 2 } }] },
      },
      ['q {"size":1} at spec.policies.0.properties', 's {"size":2} at spec.workflow.steps.0.properties'],
    ],
    [
      'have names where none is written',
      {
        policies: [{ type: 'quota', properties: { size: 1 } }],
        workflow: { steps: [{ type: 'notify', properties: { size: 2 } }] },
      },
      ['policy-0 {"size":1} at spec.policies.0.properties', 'step-0 {"size":2} at spec.workflow.steps.0.properties'],
    ],
    [
      'are checked no further where their properties are not of the shape',
      { policies: [{ type: 'quota', properties: { size: 'x', y: 1 } }] },
      [
        'DOCUMENT_INVALID spec.policies.0.properties.size size must be a number, and is text',
        'UNKNOWN_FIELD spec.policies.0.properties.y unknown field y',
      ],
    ],
    [
      'without properties lack what is needed',
      { workflow: { steps: [{ type: 'notify' }] } },
      ['DOCUMENT_INVALID spec.workflow.steps.0.properties.size size is missing'],
    ],
    [
      'of an unknown type are refused, and the others are checked',
      { policies: [{ type: 'quta' }, { type: 'quota', properties: { size: 1 } }] },
      [
        'policy-1 {"size":1} at spec.policies.1.properties',
        'UNSUPPORTED spec.policies.0.type the policy quta is not supported',
      ],
    ],
  ])('%s', (_, doc, words) => {
    expect(check(doc)).toEqual(words);
  });
});
