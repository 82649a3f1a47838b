import type { Mutant } from './mutants.ts';

const order = ['test/unit/agent/rollout/order.test.ts'];

/** Bugs of what comes before what: components that depend on others, stages of traits, values between components. */
export const orderMutants: readonly Mutant[] = [
  {
    bug: 'a stage waits until what came of the one before it is recorded',
    file: 'agent/apply/run.ts',
    find: 'last = checkpoint(inventory);',
    replace: 'await (last = checkpoint(inventory));',
    tests: ['test/unit/agent/apply/run.test.ts'],
  },
  {
    bug: 'a pass ends while something of it is still being recorded',
    file: 'agent/apply/run.ts',
    find: 'await recording.ended();',
    replace: 'recording.ended();',
    tests: ['test/unit/agent/apply/run.test.ts'],
  },
  {
    bug: 'a component does not wait for those that it depends on',
    file: 'agent/rollout/order.ts',
    find: 'const wanted = app.dependsOn?.[part.component] ?? [];',
    replace: 'const wanted: string[] = [];',
    tests: order,
  },
  {
    bug: 'what runs already is held, and not repaired, while a component that it depends on is not well',
    file: 'agent/rollout/order.ts',
    find: '!isReadIn(app, object) && !isApplied(observed, object)',
    replace: '!isReadIn(app, object)',
    tests: order,
  },
  {
    bug: 'a component follows a Job that still runs',
    file: 'agent/rollout/order.ts',
    find: 'if (isUnderWay)',
    replace: 'if (false)',
    tests: order,
  },
  {
    bug: 'one copy waits for the components of another one',
    file: 'agent/rollout/order.ts',
    find: 'return part.copy === null || other.copy === null || part.copy === other.copy;',
    replace: 'return true;',
    tests: order,
  },
  {
    bug: 'an application whose components wait for each other counts as settled',
    file: 'agent/rollout/plan.ts',
    find: "if (order.waitsFor !== null) return standing('ready', order.waitsFor.why, order.waitsFor);",
    replace: '',
    tests: order,
  },
  {
    bug: 'what a component that waits still uses is removed',
    file: 'agent/rollout/plan.ts',
    find: 'ready.ok && order.waitsFor === null;',
    replace: 'ready.ok;',
    tests: order,
  },
  {
    bug: 'an order that format 1 cannot say is left out without a word',
    file: 'hub/plan/plan.ts',
    find: 'agentTooOld(facts.target, next.content ?? next.app, app.cluster)',
    replace: 'agentTooOld(facts.target, next.app, app.cluster)',
    tests: ['test/unit/hub/plan/format.test.ts'],
  },
  {
    bug: 'the order of an application is lost where its cluster changes to another format',
    file: 'hub/plan/cluster.ts',
    find: 'inFormat(entry.content ?? entry.app, target, sizes(entry))',
    replace: 'inFormat(entry.app, target, sizes(entry))',
    tests: ['test/unit/hub/plan/format.test.ts'],
  },
  {
    bug: 'components that wait for each other in a circle are published',
    file: 'hub/render/order.ts',
    find: 'if (circle === null) return [];',
    replace: 'return [];',
    tests: ['test/unit/hub/render/order.test.ts'],
  },
  {
    bug: 'the stage of a trait is not told',
    file: 'hub/render/order.ts',
    find: '...(stage !== undefined && { stage })',
    replace: '',
    tests: ['test/unit/hub/render/order.test.ts'],
  },
];
