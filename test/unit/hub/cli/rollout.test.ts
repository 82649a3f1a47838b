import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Rollout } from '../../../../hub/api/rollouts.ts';
import { rolloutCommands } from '../../../../hub/cli/rollout.ts';
import { dataFiles, writeAddress } from '../../../../hub/config/data-folder.ts';
import { runCli } from '../../../../shared/adapters/cli.ts';
import { fakeCli } from '../../../fakes/hub-cli.ts';
import { newFolders } from '../../../fixtures/hub/data-folder.ts';

const none = { total: 3, done: 0, inFlight: 0, waiting: 3, failed: 0, absent: 0, held: 0 };

function rolloutOf(done: number, more: Partial<Rollout> = {}): Rollout {
  return {
    ...{
      app: 'default/web',
      name: 'web#2',
      content: 'web-v2',
      stable: 'web-v1',
      next: null,
      phase: 'running',
      attempt: 1,
    },
    ...{ startedAt: '1970-01-01T00:00:00.000Z', endedAt: null, reason: '', steps: [], asks: [] },
    ...{ failed: [], absent: [], held: [], back: [], inSteps: [], waits: '', todo: null },
    counts: { ...none, done, waiting: 3 - done },
    ...more,
  };
}

const asking = rolloutOf(1, {
  waits: 'all/rest waits for an approval',
  todo: 'sluice-hub rollout approve web#2/all/rest',
});

let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
  await mkdir(folders.data);
  await writeFile(join(folders.data, dataFiles.adminToken), 'secret\n');
  await writeAddress(folders.data, 'http://127.0.0.1:1', null);
});
afterEach(() => folders.remove());

/** Runs a command of `sluice-hub` while the hub gives these answers one after the other; then it is interrupted. */
async function rollout(args: readonly string[], answers: readonly Rollout[], interactive = false) {
  const stop = new AbortController();
  const cli = fakeCli(
    () => {
      const at = cli.requests.length;
      const one = answers[at - 1];
      if (one !== undefined) return { version: `v${at}`, rollouts: [one] };
      stop.abort();
      throw new Error('interrupted');
    },
    { interactive, signal: stop.signal },
  );
  const program = {
    name: 'sluice-hub',
    description: '',
    version: '1',
    commands: [rolloutCommands],
    context: cli.context,
  };
  const exit = await runCli(program, [...args, '--data', folders.data], cli.context.terminal);
  return { exit, ...cli.text, queries: cli.requests.map(({ url }) => new URL(url).search) };
}

describe('rollout show', () => {
  it('prints commands that reach the hub that was asked', async () => {
    const { exit, out } = await rollout(['rollout', 'show', 'web'], [asking]);
    expect(exit).toBe(0);
    expect(out).toContain(`to go on: sluice-hub rollout approve web#2/all/rest --data ${folders.data}\n`);
  });

  it('is `workflow show`, too', async () => {
    expect((await rollout(['workflow', 'show', 'web'], [asking])).out).toContain('web#2: running');
  });
});

describe('rollout show --watch', () => {
  const answers = [rolloutOf(0), rolloutOf(0), asking];

  it('prints a line for each change in a pipe, and asks for what comes after the version that it has', async () => {
    const { exit, out, queries } = await rollout(['rollout', 'show', 'web', '--watch'], answers);
    expect(exit).toBe(0);
    expect(out.split('\n')).toEqual([
      '00:00:00 web#2 running, 0/3 done',
      '00:00:00 web#2 running, 1/3 done: all/rest waits for an approval',
      '',
    ]);
    expect(queries).toEqual(['?app=web', '?app=web&known=v1', '?app=web&known=v2', '?app=web&known=v3']);
  });

  it('prints JSON texts', async () => {
    const { out } = await rollout(['rollout', 'show', 'web', '--watch', '--json'], answers);
    const found = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(found).toEqual([answers[0], answers[2]]);
  });

  it('draws over what is on a terminal', async () => {
    const { out } = await rollout(['rollout', 'show', 'web', '-w'], answers, true);
    expect(out.split('<redraw>').length - 1).toBe(answers.length);
  });
});
