import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StatusView } from '../../../../hub/api/status.ts';
import { statusCommand } from '../../../../hub/cli/status.ts';
import { dataFiles, writeAddress } from '../../../../hub/config/data-folder.ts';
import { statusView } from '../../../../hub/status/view.ts';
import { runCli } from '../../../../shared/adapters/cli.ts';
import { fakeCli } from '../../../fakes/hub-cli.ts';
import { newFolders } from '../../../fixtures/hub/data-folder.ts';
import {
  bundleApp,
  enrolledCluster,
  heartbeat,
  now,
  published,
  received,
  reportOf,
  settledApp,
  stateOf,
} from '../../../fixtures/hub/status.ts';

const [web, shop] = [bundleApp('web'), bundleApp('shop')];
const bundle = published('prod', [web, shop]);

/** The status when `shop` has this health. */
function viewOf(health: 'Healthy' | 'Degraded', seconds = 0): StatusView {
  const apps = [settledApp(web), settledApp(shop, { health, message: health })];
  const reports = new Map([['prod', received(reportOf(bundle, apps))]]);
  const state = stateOf([enrolledCluster('prod')], [bundle]);
  return statusView({ state, reports, now: now + seconds * 1000, heartbeat });
}

let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
  await mkdir(folders.data);
  await writeFile(join(folders.data, dataFiles.adminToken), 'secret\n');
  await writeAddress(folders.data, 'http://127.0.0.1:1', null);
});
afterEach(() => folders.remove());

/** Runs `sluice-hub status` while the hub gives these views one after the other; then it is interrupted. */
async function status(views: readonly StatusView[], args: readonly string[], interactive = false) {
  const stop = new AbortController();
  const cli = fakeCli(
    () => {
      const view = views[cli.requests.length - 1];
      if (view !== undefined) return { version: `v${cli.requests.length}`, view };
      stop.abort();
      throw new Error('interrupted');
    },
    { interactive, signal: stop.signal },
  );
  const program = {
    name: 'sluice-hub',
    description: '',
    version: '1',
    commands: [statusCommand],
    context: cli.context,
  };
  const exit = await runCli(program, ['status', ...args, '--data', folders.data], cli.context.terminal);
  return { exit, ...cli.text, queries: cli.requests.map(({ url }) => new URL(url).search) };
}

describe('status', () => {
  it.each([
    ['Healthy', 0],
    ['Degraded', 10],
  ] as const)('exits for %s with %d', async (health, exit) => {
    expect(await status([viewOf(health)], ['shop', '--cluster', 'prod'])).toMatchObject({
      ...{ exit, err: '', queries: ['?app=shop&cluster=prod'] },
      out: expect.stringMatching(new RegExp(`^shop +prod .* ${health} `, 'm')) as unknown,
    });
  });

  it('prints the view itself as JSON', async () => {
    const view = viewOf('Healthy');
    expect(JSON.parse((await status([view], ['-o', 'json'])).out)).toEqual(view);
  });
});

describe('status --watch', () => {
  const views = [viewOf('Healthy'), viewOf('Healthy', 1), viewOf('Degraded', 2)];

  it('prints a line for each row that changed in a pipe, and exits with the last status', async () => {
    const said = await status(views, ['--watch']);
    expect(said.exit).toBe(10);
    const lines = said.out.trimEnd().split('\n');
    const times = lines.map((line) => line.slice(0, 8));
    expect(lines.filter((line) => line.includes('default/web')).length).toBe(1);
    expect(lines.filter((line) => line.includes('default/shop')).map((line) => line.slice(0, 8))).toEqual([
      '12:00:00',
      '12:00:02',
    ]);
    expect(times).not.toContain('12:00:01');
  });

  it('asks for what comes after the version that it has', async () => {
    expect((await status(views, ['-w'])).queries).toEqual(['', '?known=v1', '?known=v2', '?known=v3']);
  });

  it('prints whole documents as JSON', async () => {
    const { out } = await status(views, ['-w', '-o', 'json']);
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(views);
  });

  it('draws over what is on a terminal', async () => {
    const { out } = await status(views, ['-w'], true);
    expect(out.split('<redraw>').length - 1).toBe(views.length);
    expect(out.endsWith('\n\n')).toBe(true);
  });
});
