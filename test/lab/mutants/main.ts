import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mutants, type Mutant } from './mutants.ts';

/**
 * `npm run mutants [-- WORD]`: puts each bug of the list (or those whose text has WORD) into a copy of the source, and runs
 * the tests that must find it. Exit 1 when one survives, or when its place in the source is not there any more.
 */
const root = new URL('../../..', import.meta.url).pathname;
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

type Fate = 'killed' | 'survived' | 'stale' | 'broken';

const copy = await mkdtemp(join(tmpdir(), 'sluice-mutants-'));
const chosen = mutants.filter(({ bug }) => bug.includes(process.argv[2] ?? ''));
let lived = 0;
try {
  for (const name of ['agent', 'hub', 'shared', 'test', 'examples', 'charts', 'docs', 'package.json', 'tsconfig.json'])
    await cp(join(root, name), join(copy, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const whole = await run([...new Set(chosen.flatMap(({ tests }) => tests))], { longestMs: 60 * 60_000 });
  if (whole.passed + whole.failed === 0) throw new Error('without any bug, the tests did not come to an end');
  if (whole.failed > 0 || whole.isRed)
    throw new Error(`without any bug, ${whole.failed} tests fail: ${whole.names.join('; ')}`);
  console.log(`${whole.passed} tests pass without any bug; now ${chosen.length} bugs, one at a time`);
  for (const [index, mutant] of chosen.entries()) {
    const started = performance.now();
    const fate = await fateOf(mutant);
    if (fate !== 'killed') lived += 1;
    const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(3);
    const count = `${index + 1}/${chosen.length}`.padStart(7);
    console.log(
      `${fate === 'killed' ? '✓' : '✗'} ${fate.padEnd(8)} ${count} ${seconds} s  ${mutant.bug}  (${mutant.file})`,
    );
  }
  console.log(`${chosen.length - lived} bugs found, ${lived} not`);
} finally {
  await rm(copy, { recursive: true, force: true });
}
process.exitCode = lived === 0 ? 0 : 1;

async function fateOf({ file, find, replace, tests }: Mutant): Promise<Fate> {
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  if (source.split(find).length !== 2) return 'stale';
  await writeFile(
    path,
    source.replace(find, () => replace),
  );
  try {
    const { passed, failed, isRed } = await run(tests, { more: ['--bail', '1'] });
    // Of a run that ends with its first failure, that one may be missing in what was counted.
    if (failed > 0 || (isRed && passed > 0)) return 'killed';
    // A copy that does not even load proves nothing.
    return passed === 0 ? 'broken' : 'survived';
  } finally {
    await writeFile(path, source);
  }
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** True where the run ended as one in which something failed. */
  readonly isRed: boolean;
  /** Of those that failed. */
  readonly names: readonly string[];
}

/** Runs tests in the copy; counts those that passed and failed. */
async function run(
  tests: readonly string[],
  { more = [], longestMs = 600_000 }: { readonly more?: readonly string[]; readonly longestMs?: number },
): Promise<Counts> {
  const results = join(copy, 'results.json');
  await rm(results, { force: true });
  const report = ['--reporter', 'json', '--outputFile', results];
  const args = [vitest, 'run', '--config', 'test/config/vitest.ts', '--root', copy, ...report, ...more, ...tests];
  const isRed = await new Promise<boolean>((resolve) => {
    const options = { cwd: copy, env: { ...process.env, PROPERTY_RUNS: '60' }, timeout: longestMs };
    execFile(process.execPath, args, options, (error) => {
      resolve(error?.code === 1);
    });
  });
  const text = await readFile(results, 'utf8').catch(() => '{}');
  const { testResults = [] } = JSON.parse(text) as {
    readonly testResults?: readonly { readonly assertionResults: readonly { status: string; fullName: string }[] }[];
  };
  const all = testResults.flatMap(({ assertionResults }) => assertionResults);
  const names = all.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  return { passed: all.filter(({ status }) => status === 'passed').length, failed: names.length, isRed, names };
}
