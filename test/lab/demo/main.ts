import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performDemo } from './demo.ts';
import { readOptions, usage, type DemoOptions } from './options.ts';
import { openScreen } from './screen.ts';
import { openChange } from './change.ts';
import { performRollout } from './rollout/perform.ts';
import { watchdog } from './watchdog.ts';

/** `npm run demo [-- rollout]`: exit status 0 when everything that was observed was as it should be, else 1 and one line that says what was not. */
async function main(): Promise<number> {
  let options: DemoOptions;
  try {
    options = readOptions(process.argv.slice(2), process.env['INIT_CWD'] ?? process.cwd());
  } catch (error) {
    process.stderr.write(`${wordsOf(error)}\n\n${usage}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const screen = openScreen(process.stdout, process.env, () => Date.now());
  const change = openChange();
  const interrupted = interruption();
  void interrupted.promise.then((signal) => change.fail(new Error(`stopped by ${signal}`)));
  const folder = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
  watchdog().owns(folder);
  try {
    await mkdir(join(folder, 'logs'));
    const perform = options.story === 'rollout' ? performRollout : performDemo;
    return await perform({ screen, change, options, folder, interrupted: interrupted.promise });
  } catch (error) {
    screen.settle(true);
    process.stderr.write(`\n${interrupted.status() === null ? 'demo failed: ' : ''}${wordsOf(error)}\n`);
    return interrupted.status() ?? 1;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

interface Interruption {
  readonly promise: Promise<NodeJS.Signals>;
  /** The exit status that shells expect after the signal; null while there was none. */
  readonly status: () => number | null;
}

function interruption(): Interruption {
  const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
  let status: number | null = null;
  const promise = new Promise<NodeJS.Signals>((resolve) => {
    for (const [signal, number] of Object.entries(numbers) as [keyof typeof numbers, number][]) {
      process.on(signal, () => {
        status ??= 128 + number;
        resolve(signal);
      });
    }
  });
  return { promise, status: () => status };
}

function wordsOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

process.exit(await main());
