import type { Mutant } from './mutants.ts';

const stories = ['application', 'waves', 'wave', 'admission', 'wanted', 'describe', 'unit', 'decide', 'going-back'];
const tests = stories.map((name) => `test/unit/hub/deliver/${name}.test.ts`);

/** Bugs of deliveries in steps and waves. */
export const deliverMutants: readonly Mutant[] = [
  {
    bug: 'delivery: a wave passes with zero clusters done',
    file: 'hub/deliver/wave.ts',
    find: 'if (done.length === 0 && !isApprovedWave(input)) {',
    replace: 'if (done.length < 0 && !isApprovedWave(input)) {',
    tests,
  },
  {
    bug: 'delivery: a cluster is done on bare health',
    file: 'hub/deliver/unit.ts',
    find: 'const isApplied = report?.applied === digest;',
    replace: 'const isApplied = report !== null;',
    tests,
  },
  {
    bug: 'delivery: a cluster is done by the digest, without health',
    file: 'hub/deliver/unit.ts',
    find: "isApplied && report.health === 'Healthy'",
    replace: 'isApplied',
    tests,
  },
  {
    bug: 'delivery: a deadline needs no witness',
    file: 'hub/deliver/unit.ts',
    find: 'report !== null && report.receivedAt >= deadlineAt;',
    replace: 'listening.now >= deadlineAt;',
    tests,
  },
  {
    bug: 'delivery: silence counts while the hub did not listen',
    file: 'hub/deliver/unit.ts',
    find: 'Math.max(report.receivedAt, listening.since)',
    replace: 'report.receivedAt',
    tests,
  },
  {
    bug: 'delivery: a revert is a delivery by waves',
    file: 'hub/deliver/begin.ts',
    find: 'if (content === stable && content !== last.content)',
    replace: 'if (content === stable && content === last.content)',
    tests,
  },
  {
    bug: 'delivery: an approval of another number counts',
    file: 'hub/deliver/run-step.ts',
    find: 'word === name || word.startsWith(`${name}/`)',
    replace: "word.startsWith(name.split('#')[0] ?? '')",
    tests,
  },
  {
    bug: 'delivery: a budget is rounded up',
    file: 'hub/deliver/numbers.ts',
    find: 'return Math.floor(amount(share, total));',
    replace: 'return Math.ceil(amount(share, total));',
    tests: ['test/unit/hub/deliver/numbers.test.ts'],
  },
  {
    bug: 'delivery: a step starts while another one suspends',
    file: 'hub/deliver/steps.ts',
    find: 'if (run.suspending || run.input.stopped !== null) continue;',
    replace: 'if (run.input.stopped !== null) continue;',
    tests: ['test/unit/hub/deliver/steps.test.ts'],
  },
  {
    bug: 'delivery: what was away is given the content',
    file: 'hub/deliver/unit.ts',
    find: 'if (isSilent(unit, listening)) {',
    replace: 'if (isSilent(unit, listening) && unit.report === undefined) {',
    tests,
  },
  {
    bug: 'delivery: a unit that was never reached goes back, too',
    file: 'hub/deliver/wanted.ts',
    find: 'const own = goesBack ? former',
    replace: 'const own = isBack ? former',
    tests: ['test/unit/hub/deliver/wanted.test.ts', 'test/unit/hub/deliver/application.test.ts'],
  },
];
