import { describe, expect, it } from 'vitest';
import { workflow } from '../../../../hub/model/workflow.ts';
import { reporterOf } from '../../../../hub/validate/problems.ts';
import { checkWorkflow } from '../../../../hub/validate/workflow.ts';

/** The problems of some steps, each with its path. */
function said(...steps: object[]): readonly string[] {
  const locate = (path: readonly (string | number)[]) => ({ path: path.join('.'), line: 1, column: 1 });
  const reporter = reporterOf({ value: {}, place: locate([]), locate }, null);
  const written = workflow.parse({ steps: steps.map((step) => ({ type: 'deploy', ...step })) }).steps ?? [];
  checkWorkflow(written, { path: ['steps'], reporter });
  return reporter.problems.map(({ code, place, message, hint }) => `${code} ${place?.path} ${message}; ${hint}`);
}

describe('what steps say of one another', () => {
  it.each<[rule: string, steps: object[], lines: string[]]>([
    ['is nothing', [{}, { name: 'two' }], []],
    [
      'is wrong at the second of two names',
      [{ name: 'a' }, { name: 'a' }],
      ['DOCUMENT_INVALID steps.1.name a second step named a; rename one'],
    ],
    [
      'is wrong with a name that another has by default',
      [{ name: 'step-1' }, {}],
      ['DOCUMENT_INVALID steps.1.name a second step named step-1; rename one'],
    ],
    [
      'is wrong with the name of a step in a group',
      [{ name: 'a' }, { name: 'g', subSteps: [{ type: 'deploy', name: 'a' }] }],
      ['DOCUMENT_INVALID steps.1.subSteps.0.name a second step named a; rename one'],
    ],
    [
      'is an order of steps that are there',
      [{ name: 'first' }, { name: 'b', dependsOn: ['frist'] }],
      ['REFERENCE_NOT_FOUND steps.1.dependsOn.0 there is no step frist; did you mean first?'],
    ],
    ['is an order, whichever comes first', [{ name: 'a', dependsOn: ['b'] }, { name: 'b' }], []],
    [
      'is not a circle',
      [
        { name: 'a', dependsOn: ['b'] },
        { name: 'b', dependsOn: ['c'] },
        { name: 'c', dependsOn: ['b'] },
      ],
      ['DOCUMENT_INVALID steps.0.dependsOn steps wait for one another: b -> c -> b; remove one of these'],
    ],
    [
      'is not a step that waits for itself',
      [{ name: 'a', dependsOn: ['a'] }],
      ['DOCUMENT_INVALID steps.0.dependsOn steps wait for one another: a -> a; remove one of these'],
    ],
    [
      'is an expression over them',
      [{ name: 'one' }, { name: 'b', if: 'status.one.failed && !status["one"].timeout' }],
      [],
    ],
    [
      'is not an expression over a step that is not there',
      [{ name: 'one' }, { name: 'b', if: 'status.onne.failed' }],
      ['REFERENCE_NOT_FOUND steps.1.if there is no step onne; did you mean one?'],
    ],
    [
      'is not an expression over one in quotes that is not there',
      [{ name: 'one' }, { name: 'b', if: 'status["two-x"].failed' }],
      ['REFERENCE_NOT_FOUND steps.1.if there is no step two-x; steps: b, one'],
    ],
    [
      'is an expression over members of these names elsewhere',
      [
        { outputs: [{ name: 'r', valueFrom: 'x' }] },
        { inputs: [{ from: 'r' }], if: 'inputs.r.status.gone == inputs["r"].inputs.x' },
      ],
      [],
    ],
    [
      'is not an expression over an input that the step does not take',
      [{ outputs: [{ name: 'r', valueFrom: 'x' }] }, { if: 'inputs.r.ok' }],
      ['REFERENCE_NOT_FOUND steps.1.if the step has no input r; write inputs: [{ from: r }] at this step'],
    ],
    [
      'is not an expression over an input that nothing gives',
      [{ outputs: [{ name: 'result', valueFrom: 'x' }] }, { if: 'inputs.resul == 1' }],
      ['REFERENCE_NOT_FOUND steps.1.if the step has no input resul; did you mean result?'],
    ],
    ['is an input that a step gives', [{ outputs: [{ name: 'u', valueFrom: 'x' }] }, { inputs: [{ from: 'u' }] }], []],
    ['is an input of the context', [{ inputs: [{ from: 'context.name', parameterKey: 'a' }] }], []],
    [
      'is not an input that nothing gives',
      [{ inputs: [{ from: 'pw' }] }],
      ['REFERENCE_NOT_FOUND steps.0.inputs.0.from no step has an output pw; there are no outputs of steps'],
    ],
    [
      'is not an output that two give',
      [{ outputs: [{ name: 'u', valueFrom: 'x' }] }, { outputs: [{ name: 'u', valueFrom: 'y' }] }],
      ['DOCUMENT_INVALID steps.1.outputs.0.name a second output named u; rename one'],
    ],
    [
      'is not an input that waits for itself',
      [
        { name: 'a', inputs: [{ from: 'u' }], outputs: [{ name: 'w', valueFrom: 'x' }] },
        { name: 'b', inputs: [{ from: 'w' }], outputs: [{ name: 'u', valueFrom: 'x' }] },
      ],
      ['DOCUMENT_INVALID steps.0 steps wait for one another: a -> b -> a; remove one of these'],
    ],
    [
      'is not a step of a group that waits for its group',
      [{ name: 'g', type: 'step-group', subSteps: [{ type: 'deploy', name: 's', dependsOn: ['g'] }] }],
      ['DOCUMENT_INVALID steps.0 steps wait for one another: g -> s -> g; remove one of these'],
    ],
    [
      'is not an input at a place that none can be',
      [{ outputs: [{ name: 'u', valueFrom: 'x' }] }, { inputs: [{ from: 'u', parameterKey: 'a..b' }] }],
      [
        'DOCUMENT_INVALID steps.1.inputs.0.parameterKey a..b names no member of the properties; write data.url, or list[0].name',
      ],
    ],
    [
      'is not a time that is none',
      [{ timeout: 'soon' }],
      ['DOCUMENT_INVALID steps.0.timeout soon is not a duration; use the form 90s, 15m or 1h30m'],
    ],
  ])('%s', (_, steps, lines) => {
    expect(said(...steps)).toEqual(lines);
  });
});
