import { describe, expect, it } from 'vitest';
import { validate } from '../../../../hub/validate/validate.ts';
import { steps } from '../../../../hub/workflow/steps/list.ts';
import { yamlText } from '../../../../shared/lib/yaml/write.ts';
import { applicationWith, saidOf, snapshotOf } from '../../../fixtures/hub/delivery.ts';

const defined = (name: string, template: string): string =>
  `---\n${yamlText({ kind: 'WorkflowStepDefinition', metadata: { name }, spec: { schematic: { cue: { template } } } })}`;
const using = (step: string): string => applicationWith(`workflow: { steps: [${step}] }\n`);
const asks = 'import "vela/multicluster"\ndeploy: multicluster.#Deploy & {}\nparameter: {...}\n';

describe('a definition of a step', () => {
  it.each([
    ['asks the controller of KubeVela', asks],
    ['says its parameter alone', 'parameter: {...}\n'],
    ['could be run', 'import "vela/builtin"\nno: builtin.#Fail & {}\nparameter: {...}\n'],
  ])('gives way to the built-in of its name, where it %s', (_, template) => {
    for (const { type } of steps) {
      const step = `{ name: s, type: ${type}, subSteps: [] }`;
      const [own, both] = [using(step), using(step) + defined(type, template)];
      const docOf = (text: string) => validate(snapshotOf(text)).fleet.applications[0]?.doc;
      expect([type, docOf(both)]).toEqual([type, docOf(own)]);
      expect([type, ...saidOf(both)]).toEqual([
        type,
        ...saidOf(own),
        expect.stringMatching(`it does not count: the built-in step ${type} cannot be replaced; line \\d+ at name`),
      ]);
    }
  });

  it('that nobody uses is a warning where an action of it is not there, and an error where it is used', () => {
    const why = 'the action multicluster.#Deploy is not supported';
    expect(saidOf(applicationWith('') + defined('mine', asks))).toEqual([
      expect.stringMatching(`^warning\\[UNSUPPORTED\\] it cannot be used: ${why}`),
    ]);
    expect(saidOf(using('{ name: s, type: mine }') + defined('mine', asks))).toContainEqual(
      expect.stringMatching(`^error\\[UNSUPPORTED\\] step type mine: ${why}; line 7`),
    );
  });

  it('makes a type, which a revision pins', () => {
    const template = 'import "vela/op"\nparameter: {}\nsay: op.#Message & {message: "x"}\n';
    const { fleet, problems } = validate(snapshotOf(using('{ name: s, type: mine }') + defined('mine', template)));
    expect(problems).toEqual([]);
    expect(fleet.applications[0]?.doc.spec.workflow?.steps).toMatchObject([{ type: 'mine', template }]);
  });
});
