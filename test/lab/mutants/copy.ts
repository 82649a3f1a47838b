import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutants.ts';

const root = new URL('../../..', import.meta.url).pathname;
const vitest = join(root, 'node_modules/vitest/vitest.mjs');

export type Fate = 'killed' | 'survived' | 'stale' | 'broken';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** True where the run ended as one in which something failed. */
  readonly isRed: boolean;
  /** Of those that failed. */
  readonly names: readonly string[];
}

/** A copy of the source, into which one bug at a time is put. */
export interface Copy {
  /** Puts a bug in, runs the tests that must find it, and takes it out again. */
  readonly fateOf: (mutant: Mutant) => Promise<Fate>;
  /** Runs tests without any bug; counts those that passed and failed. */
  readonly run: (tests: readonly string[], longestMs: number) => Promise<Counts>;
  readonly remove: () => Promise<void>;
}

/** Makes a copy in the folder for temporary files. */
export async function makeCopy(): Promise<Copy> {
  const copy = await mkdtemp(join(tmpdir(), 'sluice-mutants-'));
  for (const name of ['agent', 'hub', 'shared', 'test', 'examples', 'charts', 'docs', 'package.json', 'tsconfig.json'])
    await cp(join(root, name), join(copy, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return {
    fateOf: (mutant) => fateIn(copy, mutant),
    run: (tests, longestMs) => runIn(copy, tests, { longestMs }),
    remove: () => rm(copy, { recursive: true, force: true }),
  };
}

async function fateIn(copy: string, { file, find, replace, tests }: Mutant): Promise<Fate> {
  const path = join(copy, file);
  const source = await readFile(path, 'utf8');
  if (source.split(find).length !== 2) return 'stale';
  await writeFile(
    path,
    source.replace(find, () => replace),
  );
  try {
    const { passed, failed, isRed } = await runIn(copy, tests, { more: ['--bail', '1'] });
    // Of a run that ends with its first failure, that one may be missing in what was counted.
    if (failed > 0 || (isRed && passed > 0)) return 'killed';
    // A copy that does not even load proves nothing.
    return passed === 0 ? 'broken' : 'survived';
  } finally {
    await writeFile(path, source);
  }
}

async function runIn(
  copy: string,
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
