import type { Mutant } from './mutants.ts';

const scenarios = ['test/unit/agent/rollout/steps/run.test.ts'];
const positions = ['test/unit/agent/rollout/steps/position.test.ts'];
const stages = ['test/unit/agent/rollout/steps/stage.test.ts'];

/** Bugs of deliveries that go step by step inside a cluster. */
export const stepMutants: readonly Mutant[] = [
  {
    bug: 'a hold blocks going back to what served',
    file: 'agent/rollout/steps/position.ts',
    find: "if (position.returned !== undefined || mode === 'none') return position;",
    replace: "if (position.returned !== undefined || mode !== 'move') return position;",
    tests: [...positions, ...scenarios],
  },
  {
    bug: 'a hold by hand stops what was begun from being taken back in the cluster',
    file: 'agent/rollout/steps/deliver.ts',
    find: "(mayMove || (isReturning && mode === 'back'))",
    replace: 'mayMove',
    tests: scenarios,
  },
  {
    bug: 'another generation starts steps again that went back',
    file: 'agent/rollout/steps/deliver.ts',
    find: 'if (known?.number === number && known.attempt >= attempt) return known;',
    replace: 'if (known?.number === number && known.attempt >= attempt && known.returned === undefined) return known;',
    tests: scenarios,
  },
  {
    bug: 'a superseded copy runs on beside two others',
    file: 'agent/rollout/steps/deliver.ts',
    find: 'mayChange && !hasThird',
    replace: 'mayChange',
    tests: scenarios,
  },
  {
    bug: 'a pause counts while the site holds',
    file: 'agent/rollout/steps/run.ts',
    find: "counts: stage.mayMove && delivery.action === 'run' }",
    replace: 'counts: true }',
    tests: scenarios,
  },
  {
    bug: 'a pause is counted anew after every restart',
    file: 'agent/inventory/decide.ts',
    find: 'positions !== undefined && positions !== (state?.deliveries ?? noPositions)',
    replace: 'false',
    tests: scenarios,
  },
  {
    bug: 'steps go on with a bundle that is not fresh',
    file: 'agent/channel/mode.ts',
    find: "return isHeldByHand || !isFresh(bundle, now) ? 'back' : 'move';",
    replace: "return isHeldByHand ? 'back' : 'move';",
    tests: scenarios,
  },
  {
    bug: 'a closed window stops what has begun',
    file: 'agent/channel/mode.ts',
    find: 'const isHeldByHand = hold !== null && hold.isWindow !== true;',
    replace: 'const isHeldByHand = hold !== null;',
    tests: scenarios,
  },
  {
    bug: 'what failed keeps its room on full nodes until what serves is ready',
    file: 'agent/rollout/plan.ts',
    find: 'return leaving?.has(id) === true && isMoved;',
    replace: 'return false;',
    tests: scenarios,
  },
  {
    bug: 'traffic stays with a copy that holds the room of what serves',
    file: 'agent/rollout/routing.ts',
    find: 'late !== null && mayTakeBack(observed, app, gains) ? null : late;',
    replace: 'late;',
    tests: scenarios,
  },
  {
    bug: 'the copy before goes down to its share of the traffic before the new one is ready',
    file: 'agent/rollout/steps/position.ts',
    find: 'return Math.max(0, total - readyFresh, Math.ceil((total * weight) / 100));',
    replace: 'return Math.ceil((total * weight) / 100);',
    tests: [...positions, ...stages],
  },
  {
    bug: 'the autoscaler of what serves shrinks it while the new copy has part of the load',
    file: 'agent/rollout/steps/mixed.ts',
    find: 'const minReplicas = Math.max(spec.minReplicas ?? 1, total);',
    replace: 'const minReplicas = spec.minReplicas ?? 1;',
    tests: ['test/unit/agent/rollout/steps/mixed.test.ts'],
  },
  {
    bug: 'a nightly job and a migration of the new content run at the first step',
    file: 'agent/rollout/steps/copies.ts',
    find: "return role === null && !runsToItsEnd && !isScalable && stage !== 'webhooks' && stage !== 'traffic';",
    replace: "return !isScalable && stage !== 'webhooks' && stage !== 'traffic';",
    tests: ['test/unit/agent/rollout/steps/copies.test.ts'],
  },
  {
    bug: 'what serves counts as unexplained while steps lead away from it',
    file: 'agent/prune/decide.ts',
    find: '!wanted.has(id) && !serving.has(id)',
    replace: '!wanted.has(id)',
    tests: ['test/unit/agent/prune/decide.test.ts'],
  },
  {
    bug: 'a revert of the documents waits for steps',
    file: 'hub/plan/stepped.ts',
    find: 'if (previous === undefined || serving === null || serving.digest === app.digest) return app;',
    replace: 'if (previous === undefined || serving === null) return app;',
    tests: ['test/unit/hub/plan/stepped.test.ts'],
  },
  {
    bug: 'what serves goes before the agent says that steps are done',
    file: 'hub/plan/stepped.ts',
    find: "said.phase !== 'done' || reported?.applied !== digest",
    replace: "said.phase !== 'done'",
    tests: ['test/unit/hub/plan/stepped.test.ts'],
  },
  {
    bug: 'steps begin again from a content that never served alone',
    file: 'hub/plan/stepped.ts',
    find: 'if (!isDone) return from;',
    replace: 'if (!isDone) return contentOf(previous);',
    tests: ['test/unit/hub/plan/stepped.test.ts'],
  },
  {
    bug: 'what serves until steps are done is retired as they begin',
    file: 'hub/plan/retire.ts',
    find: 'const ids = new Set(wanted.flatMap(heldIds));',
    replace: 'const ids = new Set(wanted.flatMap((app) => app.objects.map(({ id }) => id)));',
    tests: ['test/unit/hub/plan/retire.test.ts'],
  },
  {
    bug: 'no pass begins where an agent says that steps are done',
    file: 'hub/collect/reports.ts',
    find: 'if (endsDelivery(last, report, bundle.revision)) return true;',
    replace: '',
    tests: ['test/unit/hub/collect/reports.test.ts'],
  },
  {
    bug: 'the next steps begin before the agent has said what serves',
    file: 'hub/plan/stepped.ts',
    find: 'return reported?.delivery?.number !== previous.delivery.number;',
    replace: 'return false;',
    tests: ['test/unit/hub/plan/stepped.test.ts'],
  },
];
