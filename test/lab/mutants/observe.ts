import type { Mutant } from './mutants.ts';

const live = ['test/unit/agent/live/observe.test.ts'];
const observations = ['test/unit/agent/report/observations.test.ts'];

/** Bugs of what agents tell of objects, and of what the hub makes of it. */
export const observeMutants: readonly Mutant[] = [
  {
    bug: 'a Secret is told to the hub',
    file: 'agent/live/observe.ts',
    find: "groupKindOf(id) !== '/Secret' && ",
    replace: '',
    tests: live,
  },
  {
    bug: 'an object that no application has is told to the hub',
    file: 'agent/live/observe.ts',
    find: ' && apps.some((one) => has(one, id))',
    replace: '',
    tests: live,
  },
  {
    bug: 'what others make in another namespace is told to the hub',
    file: 'agent/model/reads.ts',
    find: ' && parseObjectId(id).namespace === (target ?? namespace)',
    replace: " && (target ?? namespace) !== ''",
    tests: live,
  },
  {
    bug: 'what two applications read is told to one of them alone',
    file: 'hub/plan/beside.ts',
    find: 'has(one) || entry.read?.has(one.id) === true',
    replace: 'has(one)',
    tests: ['test/unit/hub/plan/beside.test.ts'],
  },
  {
    bug: 'what was seen before a write counts as what came of it',
    file: 'agent/live/cache.ts',
    find: 'const before = unobserved(last);',
    replace: 'const before = last;',
    tests: live,
  },
  {
    bug: 'a busy object is told with every change',
    file: 'agent/report/observations.ts',
    find: '(isSame || isSoon)',
    replace: 'isSame',
    tests: observations,
  },
  {
    bug: 'what another application reads of an object counts for the health of the one that has it',
    file: 'agent/report/observations.ts',
    find: '.filter(([field]) => fields.includes(field))',
    replace: '.filter(([field]) => fields.length > 0 || field)',
    tests: observations,
  },
  {
    bug: 'two applications that are told of one object take turns',
    file: 'agent/report/observations.ts',
    find: '`${appKey(app)} ${seen.id}`',
    replace: '`${app.namespace} ${seen.id}`',
    tests: observations,
  },
  {
    bug: 'an application that reads much silences the others',
    file: 'agent/report/observations.ts',
    find: '.toSorted((a, b) => a.bytes - b.bytes)',
    replace: '',
    tests: observations,
  },
  {
    bug: 'what was reported of an older content is taken for the health of the new one',
    file: 'hub/health/evaluate.ts',
    find: 'found?.digest !== undefined && found.digest === digests.get(id)',
    replace: 'found !== undefined',
    tests: ['test/unit/hub/health/evaluate.test.ts'],
  },
  {
    bug: 'a definition that says no is Healthy all the same',
    file: 'hub/model/health.ts',
    find: 'return worstHealth([reported, ...words]);',
    replace: 'return reported;',
    tests: ['test/unit/hub/model/health.test.ts'],
  },
  {
    bug: 'a health policy that cannot be evaluated says yes',
    file: 'hub/health/evaluate.ts',
    find: "const healthy = 'value' in asked && (",
    replace: "const healthy = 'fault' in asked || (",
    tests: ['test/unit/hub/health/evaluate.test.ts'],
  },
  {
    bug: 'the same report again is evaluated again',
    file: 'hub/health/judge.ts',
    find: 'isSameUnit(last.unit, unit) && isEqual(last.observations, observations)',
    replace: 'false',
    tests: ['test/unit/hub/health/judge.test.ts'],
  },
  {
    bug: 'a verdict that turns starts no pass',
    file: 'hub/health/judge.ts',
    find: 'if (isTurned(last?.verdict, verdict)) ports.turned(unit);',
    replace: '',
    tests: ['test/unit/hub/health/judge.test.ts'],
  },
  {
    bug: 'a delivery goes on before definitions were asked',
    file: 'hub/deliver/unit.ts',
    find: "health === 'Healthy' && isAwaited !== true",
    replace: "health === 'Healthy'",
    tests: ['test/unit/hub/deliver/judged.test.ts'],
  },
  {
    bug: 'a delivery goes by what agents report, whatever definitions say',
    file: 'hub/deliver/facts.ts',
    find: 'report === null || last === null ? report : withVerdict(report, last.app, said, listening)',
    replace: 'report',
    tests: ['test/unit/hub/deliver/facts.test.ts'],
  },
  {
    bug: 'the soak of a cluster counts time in which its definitions said no',
    file: 'hub/deliver/judged.ts',
    find: 'judged.since === null ? said : wellSince(said, judged.since)',
    replace: 'said',
    tests: ['test/unit/hub/deliver/judged.test.ts'],
  },
  {
    bug: 'a move ends while definitions say no',
    file: 'hub/plan/departures.ts',
    find: 'isHealthy(seen.health, judged(appKey(unit), cluster, unit))',
    replace: "seen.health === 'Healthy'",
    tests: ['test/unit/hub/plan/departures.test.ts'],
  },
];
