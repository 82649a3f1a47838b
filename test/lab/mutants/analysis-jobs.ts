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
    find: 'isOfRun(entry.nonce, run)) return [];',
    replace: '(isOfRun(entry.nonce, run) && entry.uid !== null)) return [];',
    tests: ['test/unit/agent/rollout/steps/run.jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: going back puts the Job of what serves in its place',
    file: 'agent/rollout/steps/contents.ts',
    find: 'from: withoutJobs(from, app.delivery?.steps ?? [], inventory)',
    replace: 'from: withoutJobs(from, [], new Map())',
    tests: ['test/unit/agent/rollout/steps/run.jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: after one that failed, a delivery whose steps ask none waits for it without an end',
    file: 'agent/rollout/steps/jobs.ts',
    find: '!asked.has(id) && !isMade(id, digest)',
    replace: '!asked.has(id)',
    tests: ['test/unit/agent/rollout/steps/run.jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: one that was taken over, ended and was deleted never runs',
    file: 'agent/inventory/runs.ts',
    find: 'view.object(entry.id) === undefined && view.isSynced(entry.id)',
    replace: 'false',
    tests: ['test/unit/agent/inventory/runs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: one of this very run makes way for itself where the record of it was lost',
    file: 'agent/apply/adopt.ts',
    find: ' || isSameRun(wanted.nonce, nonce)',
    replace: '',
    tests: ['test/unit/agent/apply/adopt.test.ts'],
  },
  {
    bug: 'an analysis by a Job: one that depends on what it looks at waits for the copy that is replaced, too',
    file: 'agent/rollout/steps/stage.ts',
    find: 'return replaced.has(object.id) ? free : object;',
    replace: 'return object;',
    tests: ['test/unit/agent/rollout/steps/run.jobs.order.test.ts'],
  },
  {
    bug: 'an analysis by a Job: a name that only rendering knows is refused beforehand',
    file: 'hub/validate/analysis-jobs.ts',
    find: 'if (of.components.some((one) => mayHave(one, name, of))) return null;',
    replace: '',
    tests: ['test/unit/hub/validate/analysis-jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: a Job without an end fails it',
    file: 'agent/rollout/steps/jobs.ts',
    find: "return said('open', isLate ?",
    replace: "return said(isLate ? 'failed' : 'open', isLate ?",
    tests: ['test/unit/agent/rollout/steps/jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: an application that goes through no steps is held by a Job that is not there',
    file: 'hub/plan/stepped.ts',
    find: 'const isMeant = serving !== null && goesBySteps(input, serving);',
    replace: 'const isMeant = serving !== null;',
    tests: ['test/unit/hub/plan/analysis-jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: what goes back gets a Job that steps asked',
    file: 'hub/plan/done-jobs.ts',
    find: 'isJob(one) && !asked.has(one.id)',
    replace: 'isJob(one)',
    tests: ['test/unit/hub/plan/done-jobs.test.ts'],
  },
  {
    bug: 'an analysis by a Job: of a component with several Jobs one proves all',
    file: 'hub/plan/analysis-jobs.ts',
    find: 'all.filter(({ revision }) => revision === first?.revision)',
    replace: 'all.filter((one) => one === first)',
    tests: ['test/unit/hub/plan/analysis-jobs.test.ts'],
  },
];
