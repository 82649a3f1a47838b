import type { Mutant } from './mutants.ts';

const unit = (name: string) => `test/unit/hub/${name}.test.ts`;
const passes = 'test/integration/hub/workflow.pass.test.ts';

/** Bugs of workflows: conditions, inputs, components one after the other, effects. */
export const workflowMutants: readonly Mutant[] = [
  {
    bug: 'workflow: a step whose condition does not hold runs',
    file: 'hub/deliver/steps.ts',
    find: 'if (may !== true) {',
    replace: 'if (may !== true && may !== false) {',
    tests: [unit('deliver/steps')],
  },
  {
    bug: 'workflow: a condition that cannot be told yet skips its step',
    file: 'hub/deliver/step-run.ts',
    find: "if (answer === null || 'fault' in answer) return answer;\n  if (typeof",
    replace: "if (answer === null || 'fault' in answer) return false;\n  if (typeof",
    tests: [unit('deliver/step-run')],
  },
  {
    bug: 'workflow: outputs of any size are kept',
    file: 'hub/deliver/step-run.ts',
    find: 'if (bytes > mostOutputBytes)',
    replace: 'if (bytes < 0)',
    tests: [unit('deliver/step-run')],
  },
  {
    bug: 'workflow: a component is done with what was published before it',
    file: 'hub/deliver/unit.ts',
    find: 'input.part === undefined ? published?.content === input.content : unit.part === input.part;',
    replace: 'input.part === undefined ? published?.content === input.content : published !== null;',
    tests: [passes],
  },
  {
    bug: 'workflow: all components are given with the first',
    file: 'hub/deliver/parts.ts',
    find: 'return components?.every((name) => parts.includes(name)) === true ? null : parts;',
    replace: 'return null;',
    tests: [unit('deliver/parts')],
  },
  {
    bug: 'workflow: what is held counts as published',
    file: 'hub/deliver/published-parts.ts',
    find: 'if (isWhole && holdOn(held, unit, cluster) === null)',
    replace: 'if (isWhole)',
    tests: [unit('deliver/parts')],
  },
  {
    bug: 'effects: every host may be reached',
    file: 'hub/effects/request.ts',
    find: 'if (isAllowedHost(url, allow)) return { url };',
    replace: 'if (allow.length >= 0) return { url };',
    tests: [unit('effects/runner')],
  },
  {
    bug: 'effects: an allowed name may lead to this machine',
    file: 'hub/model/hosts.ts',
    find: "if (!near.check(address, family === 6 ? 'ipv6' : 'ipv4')) return true;",
    replace: 'if (family > 0) return true;',
    tests: [unit('model/hosts'), unit('effects/runner')],
  },
  {
    bug: 'effects: each try has a key of its own',
    file: 'hub/effects/request.ts',
    find: "'idempotency-key': id }",
    replace: "'idempotency-key': `${id} ${performance.now()}` }",
    tests: [unit('effects/runner')],
  },
  {
    bug: 'effects: a server that is away is asked once',
    file: 'hub/effects/runner.ts',
    find: 'if (tries >= mostTries)',
    replace: 'if (tries >= 1)',
    tests: [unit('effects/runner')],
  },
  {
    bug: 'effects: what has no answer counts as good',
    file: 'hub/effects/query.ts',
    find: 'if (holds === null) return { good: null, bad: null };',
    replace: 'if (holds === null) return { good: good ?? now, bad: null };',
    tests: [unit('effects/runner')],
  },
  {
    bug: 'effects: of a step that has ended are wanted still',
    file: 'hub/deliver/steps.ts',
    find: "if (record.phase === 'succeeded' && step.steps.length === 0 && step.wants.length === 0) continue;",
    replace: '',
    tests: [unit('deliver/steps')],
  },
  {
    bug: 'workflow: nothing is told of a failure while the delivery is halted',
    file: 'hub/deliver/steps.ts',
    find: 'if (run.halted.length > 0) beginAfterHalt(run);',
    replace: '',
    tests: [unit('deliver/after-failure')],
  },
  {
    bug: 'workflow: what runs because of a failure delivers while the delivery is halted',
    file: 'hub/deliver/may-begin.ts',
    find: "if (found.after === 'halt' && delivers(step)) return null;",
    replace: '',
    tests: [unit('deliver/after-failure')],
  },
  {
    bug: 'workflow: a notification that could not be sent fails its delivery',
    file: 'hub/deliver/step-records.ts',
    find: "return record?.phase === 'failed' && record.isAfterFailure !== true;",
    replace: "return record?.phase === 'failed';",
    tests: [unit('deliver/after-failure')],
  },
  {
    bug: 'workflow: a delivery that was taken back delivers with steps that run in any case',
    file: 'hub/deliver/may-begin.ts',
    find: "return found.after !== 'end' || !isDelivering(step);",
    replace: 'return true;',
    tests: [unit('deliver/after-failure')],
  },
  {
    bug: 'delivery: above the budget of one step others go on',
    file: 'hub/deliver/application.ts',
    find: 'const held = stopped ?? (isHalted ? overWords : null);',
    replace: 'const held = stopped;',
    tests: [unit('deliver/after-failure')],
  },
];
