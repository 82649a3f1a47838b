import type { Mutant } from './mutants.ts';

const unit = 'test/unit/agent/model/until-changed.test.ts';
const phases = 'test/property/agent/phases.test.ts';
const [plans, tasks, reports] = ['agent/rollout/rollout.ts', 'agent/apply/decide.ts', 'agent/report/build.ts'];

/** Bugs in what is kept between passes, at the agent and at the hub: each is an input that is forgotten. */
export const untilChangedMutants: readonly Mutant[] = [
  {
    bug: 'what is kept of an application does not see that an object changed',
    file: 'agent/model/until-changed.ts',
    find: 'for (const [id, value] of reads.object) if (live.object(id) !== value) return false;',
    replace: '',
    tests: [unit, phases],
  },
  {
    bug: 'what is kept of an application does not see that a kind is listed now',
    file: 'agent/model/until-changed.ts',
    find: 'for (const [id, value] of reads.isSynced) if (live.isSynced(id) !== value) return false;',
    replace: '',
    tests: [unit],
  },
  {
    bug: 'what is kept of an application does not see its endpoints',
    file: 'agent/model/until-changed.ts',
    find: 'for (const [id, value] of reads.readyEndpoints) if (live.readyEndpoints(id) !== value) return false;',
    replace: '',
    tests: [unit, phases],
  },
  {
    bug: 'what is kept of an application is taken although there are fewer inputs',
    file: 'agent/model/until-changed.ts',
    find: 'before.length === now.length && ',
    replace: '',
    tests: [unit],
  },
  {
    bug: 'a plan that waits is kept beyond its deadline',
    file: plans,
    find: '({ isWaiting, blocked, deadline }) => !isWaiting && blocked === null && deadline === null,',
    replace: '() => true,',
    tests: [phases, 'test/unit/agent/rollout'],
  },
  {
    bug: 'a plan is kept although the inventory of its application changed',
    file: plans,
    find: "(['app', 'live', 'now'])",
    replace: "(['app', 'live', 'now', 'entries'])",
    tests: [phases, 'test/unit/agent/rollout'],
  },
  {
    bug: 'a plan is kept although deletions were allowed',
    file: plans,
    find: "(['app', 'live', 'now'])",
    replace: "(['app', 'live', 'now', 'removable', 'anew'])",
    tests: [phases, 'test/unit/agent/rollout', 'test/unit/agent/pass.test.ts', 'test/unit/agent/pass.safety.test.ts'],
  },
  {
    bug: 'tasks are kept although changes are held now',
    file: tasks,
    find: 'const inputs = [plan, registration, mayChange, ...entries,',
    replace: 'const inputs = [plan, registration, ...entries,',
    tests: ['test/unit/agent/apply'],
  },
  {
    bug: 'tasks are kept although an object was applied',
    file: tasks,
    find: 'mayChange, ...entries, ',
    replace: 'mayChange, ',
    tests: ['test/unit/agent/apply'],
  },
  {
    bug: 'the report of an application is kept although an object failed',
    file: reports,
    find: 'const lists = [faults, [...fights].flat(),',
    replace: 'const lists = [[...fights].flat(),',
    tests: ['test/unit/agent/report'],
  },
  {
    bug: 'the report of an application is kept although a fight over a field began',
    file: reports,
    find: 'const lists = [faults, [...fights].flat(),',
    replace: 'const lists = [faults,',
    tests: ['test/unit/agent/report'],
  },
  {
    bug: 'the report of an application is kept although the site holds it now',
    file: reports,
    find: 'outcome.skipped, mode.hold, explanation',
    replace: 'outcome.skipped, explanation',
    tests: ['test/unit/agent/report'],
  },
  {
    bug: 'the report of an application is kept although the wait for pods ends at another time',
    file: reports,
    find: 'explanation, facts.givesUpAt]',
    replace: 'explanation]',
    tests: ['test/unit/agent/report'],
  },
  ...(
    [
      ['the epoch', 'state.channel, state.epoch, record', 'state.channel, record'],
      ['the registry', 'state.epoch, record, labels, heldText', 'state.epoch, labels, heldText'],
      ['the labels', 'state.epoch, record, labels, heldText', 'state.epoch, record, heldText'],
      ['the report', ', ...saidIn(report)]', ']'],
      ['what is held', 'heldText(held), told', 'told'],
      ['the key at work', ' && !mustSignAgain', ''],
      ['what its agent keeps', 'again.length === 0 && ', ''],
      ['how many applications there are', 'a.length === b.length && a.every((app, index)', 'a.every((app, index)'],
      ['what was rendered', '(apps === input.apps || areSameRenderings(apps, input.apps))', 'true'],
    ] as const
  ).map(([what, find, replace]) => ({
    bug: `a cluster is taken for unchanged although ${what} changed`,
    file: 'hub/plan/unchanged.ts',
    find,
    replace,
    tests: ['test/unit/hub/plan/unchanged.test.ts'],
  })),
  {
    bug: 'a unit is not rendered anew although what its cluster offers changed',
    file: 'hub/render/unit-facts.ts',
    find: "join(' '), offered, ",
    replace: "join(' '), ",
    tests: ['test/unit/hub/render'],
  },
  {
    bug: 'a unit is not rendered anew although its replicas changed',
    file: 'hub/render/unit-facts.ts',
    find: "${revision} ${replicas ?? ''} ",
    replace: '${revision} ',
    tests: ['test/unit/hub/render'],
  },
  {
    bug: 'a webhook that hangs is waited for once for every object, and the other applications wait with it',
    file: 'agent/model/patiently.ts',
    find: 'if (known !== undefined && known.until > at) {',
    replace: 'if (known !== undefined && known.until > at + 1e12) {',
    tests: ['test/unit/agent/pass.hanging.test.ts', 'test/unit/agent/model/patiently.test.ts'],
  },
  {
    bug: 'objects of a kind that hangs keep those that do not from their turn',
    file: 'agent/apply/faults.ts',
    find: 'tries(faults, a) - tries(faults, b)',
    replace: 'tries(faults, b) - tries(faults, a)',
    tests: ['test/unit/agent/pass.hanging.test.ts'],
  },
];
