import type { Mutant } from './mutants.ts';

/** Bugs of analyses by a Job. */
export const analysisJobMutants: readonly Mutant[] = [
  {
    bug: 'an analysis by a Job: the end of a Job of an earlier attempt counts',
    file: 'agent/rollout/steps/jobs.ts',
    find: '!isOfRun(entry.nonce, runOf(position))',
    replace: '!isOfRun(entry.nonce)',
    tests: ['test/unit/agent/rollout/steps/jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: an agent that died before it recorded the Job runs it twice',
    file: 'agent/inventory/runs.ts',
    find: 'isOfRun(entry.nonce, run)) continue;',
    replace: '(isOfRun(entry.nonce, run) && entry.uid !== null)) continue;',
    tests: ['test/unit/agent/rollout/steps/run.jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: going back puts the Job of what serves in its place',
    file: 'agent/rollout/steps/contents.ts',
    find: 'from: withoutJobs(from, app.delivery?.steps ?? [])',
    replace: 'from: withoutJobs(from, [])',
    tests: ['test/unit/agent/rollout/steps/run.jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: a Job without an end fails it',
    file: 'agent/rollout/steps/jobs.ts',
    find: "return said('open', isLate ?",
    replace: "return said(isLate ? 'failed' : 'open', isLate ?",
    tests: ['test/unit/agent/rollout/steps/jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: what goes back gets a Job that steps asked',
    file: 'hub/plan/done-jobs.ts',
    find: 'isJob(one) && !asked.has(one.id)',
    replace: 'isJob(one)',
    tests: ['test/unit/hub/plan/done-jobs.test.ts'],
  },
];
