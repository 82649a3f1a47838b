import type { Mutant } from './mutants.ts';

const answers = ['test/unit/hub/cue/answers.test.ts'];

/** Bugs of evaluating templates: workers, what is kept of their answers, what is asked of them. */
export const evaluationMutants: readonly Mutant[] = [
  {
    bug: 'evaluation: a busy machine makes a cheap template fail',
    file: 'hub/model/thread.ts',
    find: 'const left = ms - (await usedMs().catch(() => 0));',
    replace: 'const left = ms - (await usedMs().then(() => ms));',
    tests: ['test/unit/hub/model/thread.test.ts'],
  },
  {
    bug: 'evaluation: a thread that waits without an end is never stopped',
    file: 'hub/model/thread.ts',
    find: 'clock.after(spec.sourceMs * patience, tooSlow)',
    replace: 'clock.after(spec.sourceMs * patience, () => undefined)',
    tests: ['test/unit/hub/model/thread.test.ts'],
  },
  {
    bug: 'the evaluator is asked twice for what is under way',
    file: 'hub/cue/answers.ts',
    find: 'if (others.length > 0) {',
    replace: 'if (others.length > 1e6) {',
    tests: answers,
  },
  {
    bug: 'the evaluator is asked for answers that were kept',
    file: 'hub/cue/answers.ts',
    find: 'wanted.map(({ key }) => kept.get(key))',
    replace: 'wanted.map(({ key }) => kept.get(`${key} `))',
    tests: answers,
  },
  {
    bug: 'a damaged answer of the evaluator is used',
    file: 'hub/store/answer-files.ts',
    find: 'text.slice(0, end) === digestOf(answer) ? answer : null',
    replace: 'answer',
    tests: ['test/unit/hub/store/answer-files.test.ts'],
  },
  {
    bug: 'an answer of another evaluator is used',
    file: 'hub/store/answer-files.ts',
    find: '`${await evaluator} ${digest}`',
    replace: '`${String(evaluator)} ${digest}`',
    tests: ['test/unit/hub/store/answer-files.test.ts'],
  },
  {
    bug: 'the answers of the evaluator fill the disk',
    file: 'hub/store/answer-files.ts',
    find: 'const isOver = sum > bytes || held.length > files;',
    replace: 'const isOver = false;',
    tests: ['test/unit/hub/store/answer-files.test.ts'],
  },
  {
    bug: 'evaluators that a burst of work started are never ended',
    file: 'hub/model/worker-pool.ts',
    find: 'clock.after(extraMs, () => end(worker))',
    replace: 'clock.after(extraMs, () => undefined)',
    tests: ['test/unit/hub/model/worker-pool.test.ts'],
  },
  {
    bug: 'the CUE evaluator keeps its memory while nothing is evaluated',
    file: 'hub/cue/engine.ts',
    find: '() => void pool.rest()',
    replace: '() => undefined',
    tests: ['test/unit/hub/cue/engine.test.ts'],
  },
  {
    bug: 'a template that crashed the CUE evaluator is evaluated again after each start',
    file: 'hub/cue/answers.ts',
    find: "  if (crashed.has(key)) return { stopped: 'crash' };\n",
    replace: '',
    tests: ['test/unit/hub/cue/engine.memory.test.ts'],
  },
  {
    bug: 'the schema of a type has the members of the trait of that name',
    file: 'hub/definitions/schema.ts',
    find: 'const own = types.filter((one) => one.kind === kind);',
    replace: 'const own = types.filter((one) => one.kind !== kind);',
    tests: ['test/unit/hub/definitions/schema.test.ts'],
  },
  {
    bug: 'vet tells a place in the template as one in the file',
    file: 'shared/lib/yaml/places.ts',
    find: '  if (!isInText) return',
    replace: '  if (isInText || !isInText) return',
    tests: ['test/unit/hub/operations/vet.test.ts'],
  },
  {
    bug: 'vet renders a trait on whatever component',
    file: 'hub/operations/vet-example.ts',
    find: "const type = found !== undefined && found.type in examples ? found.type : 'webservice';",
    replace: "const type = 'webservice';",
    tests: ['test/unit/hub/operations/vet.test.ts'],
  },
  {
    bug: 'what is wrong with made-up properties counts as an error of the definition',
    file: 'hub/operations/vet.ts',
    find: "({ hint, ...one, severity: 'warning' as const })",
    replace: '({ hint, ...one })',
    tests: ['test/unit/hub/operations/vet.test.ts'],
  },
  {
    bug: 'the schema of documents judges those of other tools',
    file: 'hub/definitions/schema.ts',
    find: "required: ['apiVersion', 'kind'],",
    replace: 'required: [],',
    tests: ['test/unit/hub/definitions/schema.test.ts'],
  },
  {
    bug: 'what is wrong in a template is told at the application that uses it',
    file: 'hub/render/template-place.ts',
    find: 'return sourced?.locate([...templatePathOf(sourced.doc), at.line, at.column]) ?? null;',
    replace: 'return sourced === undefined ? null : null;',
    tests: ['test/unit/hub/render/template-place.test.ts'],
  },
];
