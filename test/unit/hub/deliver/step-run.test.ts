import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { askStep, conditionOf, type StepFacts } from '../../../../hub/deliver/step-run.ts';
import { readingOf } from '../../../../hub/model/reading.ts';
import type { ProgramStep } from '../../../../hub/workflow/program.ts';
import type { Answer, Question } from '../../../../hub/workflow/question.ts';
import { moment } from '../../../../hub/workflow/outcome.ts';
import { defineStep, type StepInput } from '../../../../hub/workflow/step.ts';
import { deliveryOf, quietWorld, step } from '../../../fixtures/hub/deliveries.ts';
import { revisionRecord } from '../../../fixtures/hub/facts.ts';

const seen: StepInput[] = [];
const type = defineStep({
  type: 'x',
  schema: z.looseObject({}),
  check: () => undefined,
  run: (_, input) => {
    seen.push(input);
    return moment('succeeded', 'done', { outputs: { response: { a: 1 } } });
  },
});
const one = (facts: Partial<ProgramStep> = {}) => step('s', type, facts);
const outputs = [{ name: 'u', valueFrom: 'response.a' }];

function facts(of: ProgramStep, more: Partial<StepFacts> = {}): StepFacts {
  return {
    ...quietWorld,
    application: revisionRecord('default/web', 1).application,
    record: deliveryOf('default/web', 3),
    step: of,
    at: { identity: of.identity, phase: 'running', startedAt: '2026-03-01T12:00:00.000Z' },
    known: { status: {}, outputs: new Map() },
    now: '2026-03-01T12:00:00.000Z',
    isApprovedInGit: false,
    brought: [],
    ...more,
  };
}
const answering = (answer: Answer | null) => ({ ask: () => answer });

describe('asking a step', () => {
  it('2.30 names its effects by delivery, step and attempt', () => {
    askStep(facts(one()));
    expect(seen.at(-1)?.effectId).toBe('web#3/s/1');
  });

  it('hands it approvals of the documents, and its inputs', () => {
    const known = { status: {}, outputs: new Map<string, unknown>([['u', 5]]) };
    askStep(facts(one({ inputs: [{ from: 'u', parameterKey: 'a' }] }), { isApprovedInGit: true, known }));
    expect(seen.at(-1)).toMatchObject({ inputs: { u: 5 }, decisions: [{ verdict: 'approve', by: 'the documents' }] });
  });

  it('fails without an input', () => {
    const { outcome, result } = askStep(facts(one({ inputs: [{ from: 'u', parameterKey: 'a' }] })));
    expect([outcome, result.phase]).toEqual([null, 'failed']);
  });

  it.each<[string, Answer | null, object]>([
    ['goes on until its outputs are read', null, { phase: 'running', message: 'its output u is read' }],
    ['ends well with them', { value: 1 }, { phase: 'succeeded', outputs: { u: 1 } }],
    [
      'fails where they cannot be',
      { fault: 'no field a' },
      { phase: 'failed', message: 'its output u cannot be read: no field a' },
    ],
    [
      'fails where they are too large',
      { value: 'x'.repeat(20_000) },
      { phase: 'failed', message: 'its outputs have 20008 bytes, more than 16384' },
    ],
  ])('%s', (_, answer, expected) => {
    expect(askStep(facts(one({ outputs }), answering(answer))).result).toMatchObject(expected);
  });

  it('reads outputs of its result, its properties and the context', () => {
    const asked: Question[] = [];
    askStep(facts(one({ outputs }), { ask: (question) => (asked.push(question), null) }));
    expect(asked).toMatchObject([
      {
        expression: 'response.a',
        values: { response: { a: 1 } },
        parameter: {},
        context: { name: 'web', stepName: 's' },
      },
    ]);
  });
});

describe('a step that reads', () => {
  const reading = (phase: 'running' | 'succeeded') =>
    defineStep({
      type: 'reads',
      schema: z.looseObject({}),
      check: () => undefined,
      run: () => ({
        ...moment(phase, 'it waits for ConfigMap a to be reported'),
        objects: [
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
          readingOf({ apiVersion: 'v1', kind: 'ConfigMap', name: 'a' }, ['/data']),
        ],
      }),
    });
  const untold: StepFacts['untold'] = (unit, cluster, id) =>
    `${unit} ${cluster} ${id}` === 'default/web eu /ConfigMap/default/a' ? 'it is too large' : undefined;

  it.each<[what: string, Partial<StepFacts>, 'running' | 'succeeded', object]>([
    [
      'fails where it will not be told',
      { isDelivered: true, cluster: 'eu', untold },
      'running',
      { phase: 'failed', message: 'ConfigMap a: it is too large' },
    ],
    ['waits for what may be told', { isDelivered: true, cluster: 'eu' }, 'running', { phase: 'running' }],
    ['waits for its cluster first', { cluster: 'eu', untold }, 'running', { phase: 'running' }],
    ['waits for its own cluster alone', { isDelivered: true, cluster: 'us', untold }, 'running', { phase: 'running' }],
    ['ends where it takes nothing', { isDelivered: true, cluster: 'eu', untold }, 'succeeded', { phase: 'succeeded' }],
  ])('%s', (_, more, phase, expected) => {
    const { outcome, result } = askStep(facts(step('s', reading(phase)), more));
    expect(result).toMatchObject(expected);
    expect(outcome?.objects).toHaveLength(2);
  });
});

describe('a condition', () => {
  it.each<[Answer | null, unknown]>([
    [null, null],
    [{ value: true }, true],
    [{ value: false }, false],
    [{ value: 'yes' }, { fault: 'it is "yes", and neither true nor false' }],
    [{ fault: 'no field' }, { fault: 'no field' }],
  ])('that comes to %j is %j', (answer, expected) => {
    expect(conditionOf({ ...facts(one({ condition: 'x' })), ...answering(answer) })).toEqual(expected);
  });
});
