import type { Mutant } from './mutants.ts';

const names = ['test/unit/hub/render/copy-names.test.ts'];
const copy = ['test/unit/hub/render/copy.test.ts'];
const services = ['test/unit/agent/rollout/steps/stage.services.test.ts'];

/** Bugs of copies side by side under an Application. */
export const copyMutants: readonly Mutant[] = [
  {
    bug: 'a change of mode alone renames a copy',
    file: 'hub/render/copy-names.ts',
    find: 'before.get(component) !== content && mayCopy',
    replace: 'mayCopy',
    tests: names,
  },
  {
    bug: 'content that took the place of a copy gives its name to the next one',
    file: 'hub/render/copy-names.ts',
    find: 'const isTaken = isNew && (same === undefined || name === nameIn(serving));',
    replace: 'const isTaken = isNew && same === undefined && nameIn(serving) === component;',
    tests: names,
  },
  {
    bug: 'a copy is counted by the revisions of its application',
    file: 'hub/render/copy-names.ts',
    find: 'return [...found].indexOf(content) + 1;',
    replace: 'return history.length + 1;',
    tests: names,
  },
  {
    bug: 'the Service of a component is called after its copy',
    file: 'hub/render/copy.ts',
    find: "return isService(object) || role === 'route' || role === 'schedule';",
    replace: "return role === 'route' || role === 'schedule';",
    tests: copy,
  },
  {
    bug: 'the Service of a component leads to the copy before',
    file: 'hub/render/copy.ts',
    find: 'withSelector(object, selectors.get(id))',
    replace: 'object',
    tests: copy,
  },
  {
    bug: 'a Service leads to a new copy that is not ready',
    file: 'agent/rollout/steps/stage.ts',
    find: 'share.weight === 100 && count > 0 && readyOf(moving.fresh, moment.pods) >= count',
    replace: 'share.weight === 100',
    tests: services,
  },
  {
    bug: 'a copy without traffic has some through its Service',
    file: 'agent/rollout/steps/stage.ts',
    find: 'if (moving === undefined || share.weight === 0) return serving;',
    replace: 'if (moving === undefined) return serving;',
    tests: services,
  },
  {
    bug: 'what serves gives pods away for a copy without traffic',
    file: 'agent/rollout/steps/stage.ts',
    find: 'if (mixed.length > 0 || own.length > 0) return 100 - weight;',
    replace: 'if (mixed.length > 0) return 100 - weight;',
    tests: services,
  },
  {
    bug: 'batches run more pods than served',
    file: 'agent/rollout/steps/stage.ts',
    find: 'if (isCounted) return 0;',
    replace: '',
    tests: services,
  },
  {
    bug: 'a Service leads nowhere on the way back',
    file: 'agent/rollout/steps/serving-stage.ts',
    find: 'if (!isLed || short === 0) return [];',
    replace: 'return [];',
    tests: ['test/unit/agent/rollout/steps/serving-stage.test.ts'],
  },
  {
    bug: 'clusters promote before the workflow is there',
    file: 'hub/deliver/moving.ts',
    find: "open < 0 ? steps : [...steps, { type: 'pause' }]",
    replace: 'steps',
    tests: ['test/unit/hub/deliver/moving.test.ts'],
  },
  {
    bug: 'a step of the workflow is done before its clusters are',
    file: 'hub/deliver/told.ts',
    find: "return goal !== null && (steps.step >= goal || steps.phase === 'done');",
    replace: 'return goal !== null;',
    tests: ['test/unit/hub/deliver/unit.test.ts'],
  },
  {
    bug: 'other content begins while what serves has given its pods away',
    file: 'hub/deliver/copy-directives.ts',
    find: 'return hasReturned(unit)\n',
    replace: 'return hasReturned(unit) || wanted !== null\n',
    tests: ['test/unit/hub/deliver/copy-directives.test.ts'],
  },
  {
    bug: 'an earlier copy is put in the place of what serves at once',
    file: 'hub/plan/stepped.ts',
    find: 'return isRenamed ? beside : undefined;',
    replace: 'return undefined;',
    tests: ['test/unit/hub/plan/stepped.test.ts'],
  },
  {
    bug: 'a refused promotion leaves the new copy',
    file: 'hub/workflow/steps/rollout-promotion.ts',
    find: "return moment('failed', why, goesBack ? { back: why } : {});",
    replace: "return moment('failed', why);",
    tests: ['test/unit/hub/workflow/steps/rollout-promotion.test.ts'],
  },
  {
    bug: 'what was refused stays refused when it is retried',
    file: 'hub/deliver/step-run.ts',
    find: "&& (verdict !== 'refuse' || index > retried)",
    replace: '',
    tests: ['test/unit/hub/deliver/application.moves.test.ts'],
  },
  {
    bug: 'that what serves is whole again is no reason for a pass',
    file: 'hub/collect/matters.ts',
    find: "[delivery.attempt, delivery.step, delivery.phase, phase === 'blocked']",
    replace: '[delivery.attempt, delivery.step, delivery.phase]',
    tests: ['test/unit/hub/collect/matters.test.ts'],
  },
  {
    bug: 'that a step of an agent is over is no reason for a pass',
    file: 'hub/collect/matters.ts',
    find: '[delivery.attempt, delivery.step, delivery.phase,',
    replace: '[delivery.attempt, delivery.phase,',
    tests: ['test/unit/hub/collect/matters.test.ts'],
  },
  {
    bug: 'weights for one copy are given to another',
    file: 'hub/workflow/steps/canary-rollout.ts',
    find: "const wrong = targets.find(({ revision }) => !['stable', 'new', serving, coming].includes(revision));",
    replace: 'const wrong = targets.find(() => false);',
    tests: ['test/unit/hub/workflow/moves.test.ts'],
  },
  {
    bug: 'waves and steps of a workflow move the same pods',
    file: 'hub/workflow/drivers.ts',
    find: 'if (rollout?.waves === undefined && rollout?.steps === undefined) return [];',
    replace: 'return [];',
    tests: ['test/unit/hub/workflow/drivers.test.ts'],
  },
];
