import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBundles, bundleFiles } from '../../config/bundle.ts';
import { agentFlags } from '../../lab/bench/process.ts';

const run = promisify(execFile);

describe('the bundles', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-lean-'));
    await buildBundles(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([bundleFiles.agent, bundleFiles.hub, bundleFiles.git])('%s is ASCII, so that its source is kept once and not twice', async (file) => {
    const text = await readFile(join(folder, file), 'utf8');
    expect([...new Set(text)].filter((character) => character > '\x7f')).toEqual([]);
  });

  it('have the library of Git in a file of its own, which nothing reads before its first use', async () => {
    const has = async (file: string) => (await readFile(join(folder, file), 'utf8')).includes('GitPackIndex');
    const { agent, hub, git } = bundleFiles;
    expect(await Promise.all([agent, hub, git].map(has))).toEqual([false, false, true]);
  });

  it('load one HTTP client and no second one', async () => {
    const { stderr, stdout } = await atExit("process.moduleLoadList.join('\\n')");
    expect(stdout).toContain('sluice-agent');
    expect(stderr).toContain('NativeModule http');
    expect(stderr.split('\n').filter((name) => name.includes('undici'))).toEqual([]);
  });

  it('run in the chart with the flags that they are measured with', async () => {
    const chart = await readFile(new URL('../../golden/charts/agent-scoped.yaml', import.meta.url), 'utf8');
    const [, flags = ''] = /- \/nodejs\/bin\/node\n([^]*?) *- \/app\/sluice-agent\.mjs\n/.exec(chart) ?? [];
    expect(flags.trim().split(/\s*\n\s*/)).toEqual(agentFlags.map((flag) => `- ${flag}`));
  });

  it('take the modules of Node as they were compiled with it, under the flags of the chart', async () => {
    const usage = "createRequire('/')('internal/test/binding').internalBinding('builtins').getCacheUsage()";
    const text = `JSON.stringify(Object.values(${usage}).map((names) => [...names].sort()))`;
    const { stderr } = await atExit(`(({ createRequire }) => ${text})(process.getBuiltinModule('module'))`, [
      ...['--expose-internals', '--no-warnings'],
      ...agentFlags,
    ]);
    const [compiled = [], anew] = JSON.parse(stderr) as readonly (readonly string[])[];
    expect(compiled).toContain('https');
    // Looked up at the end, when the agent has said that it prefers little memory: from then on they are compiled anew.
    expect(anew).toEqual(['internal/test/binding']);
  });

  it('an agent that runs leaves its code to the quick compilers', async () => {
    const status = "new Function('f', 'return %GetOptimizationStatus(f)')";
    const often = "new Function('x', 'let sum = 0; for (let i = 0; i < 1000; i += 1) sum += i * x; return sum')";
    const text = `((f, status) => {
      let seen = 0;
      for (let i = 0; i < 50_000; i += 1) { f(i); if (i % 1_000 === 0) seen |= status(f); }
      return String(seen);
    })(${often}, ${status})`;
    const { stderr } = await atExit(text, ['--allow-natives-syntax', ...agentFlags]);
    // Bits of the engine's own tests (runtime.h, OptimizationStatus): compiled by Maglev, and by TurboFan.
    expect([Number(stderr) & 32, Number(stderr) & 64]).toEqual([32, 0]);
  });

  it('an agent tells the engine that it prefers little memory to speed', async () => {
    const recording = `const engine = process.getBuiltinModule('v8');
      const [set, told] = [engine.setFlagsFromString, []];
      engine.setFlagsFromString = (flag) => { told.push(flag); set(flag); };`;
    const { stderr } = await atExit("told.join(' ')", agentFlags, recording);
    expect(stderr).toBe('--optimize-for-size --no-turbofan');
  });

  /** Runs `sluice-agent --help`, after some code, and writes the value of an expression at its end to standard error. */
  function atExit(expression: string, flags: readonly string[] = [], before = '') {
    const code = `${before} process.on('exit', () => process.stderr.write(${expression}));`;
    const preload = ['--import', `data:text/javascript,${encodeURIComponent(code)}`];
    return run(process.execPath, [...flags, ...preload, join(folder, bundleFiles.agent), '--help']);
  }
});
