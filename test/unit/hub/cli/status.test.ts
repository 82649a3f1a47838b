import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StatusSummary } from '../../../../hub/api/status-summary.ts';
import type { StatusView } from '../../../../hub/api/status.ts';
import { statusCommand } from '../../../../hub/cli/status.ts';
import { dataFiles, writeAddress } from '../../../../hub/config/data-folder.ts';
import { statusView, viewingPage } from '../../../../hub/status/view.ts';
import { atOnce } from '../../../../shared/lib/slices.ts';
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

/** The summary of a fleet with so many rows, as far as these tests read it. */
function summaryOf({ summary, ...view }: StatusView, more: Partial<StatusSummary> = {}): StatusSummary {
  const { format, source, ledger, at, problems, guarded } = view;
  const nothing = { applications: [], rows: [], moreRows: 0, clusters: [], moreClusters: 0, keeping: [], holds: [] };
  return { format, source, ledger, at, problems, guarded, summary, exit: 0, ...nothing, ...more };
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
    ({ url }) => {
      // A terminal asks for the summary first, and a small fleet is then given whole.
      const asked = cli.requests.filter((request) => !request.url.includes('/summary')).length;
      const isSummary = url.includes('/summary');
      const view = views[isSummary ? asked : asked - 1];
      if (view !== undefined) return { version: `v${asked}`, view: isSummary ? summaryOf(view) : view };
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
      ...{ exit, err: '', queries: ['?app=shop&cluster=prod&limit=500'] },
      out: expect.stringMatching(new RegExp(`^shop +prod .* ${health} `, 'm')) as unknown,
    });
  });

  it('prints the view itself as JSON', async () => {
    const view = viewOf('Healthy');
    expect(JSON.parse((await status([view], ['-o', 'json'])).out)).toEqual(view);
  });
});

describe('the status of a large fleet', () => {
  it('is summed up by its hub, which says how it is', async () => {
    const { summary } = viewOf('Healthy');
    const large = { ...summary, rows: 120_000, clusters: 10_000 };
    const cli = fakeCli(() => ({ version: 'v1', view: summaryOf(viewOf('Healthy'), { summary: large, exit: 11 }) }));
    const program = {
      name: 'sluice-hub',
      description: '',
      version: '1',
      commands: [statusCommand],
      context: cli.context,
    };
    const exit = await runCli(program, ['status', '--data', folders.data], cli.context.terminal);
    expect([exit, cli.requests.map(({ url }) => new URL(url).pathname)]).toEqual([11, ['/v1/status/summary']]);
    expect(cli.text.out).toContain('10000 clusters');
  });

  it('is asked for page by page, and is one again', async () => {
    const names = ['a', 'b', 'c'];
    const bundles = names.map((name) => published(name, [web, shop]));
    const reports = new Map(
      bundles.map((one) => [one.cluster, received(reportOf(one, [settledApp(web), settledApp(shop)]))]),
    );
    const state = stateOf(
      names.map((name) => enrolledCluster(name)),
      bundles,
    );
    const facts = { state, reports, now, heartbeat };
    const cli = fakeCli(({ url }) => {
      const after = new URL(url).searchParams.get('continue') ?? '';
      const { view, next } = atOnce(viewingPage(facts, {}, { limit: 1, after }));
      return { version: 'v1', view, ...(next !== null && { continue: next }) };
    });
    const program = {
      name: 'sluice-hub',
      description: '',
      version: '1',
      commands: [statusCommand],
      context: cli.context,
    };
    await runCli(program, ['status', '-o', 'json', '--data', folders.data], cli.context.terminal);
    expect(JSON.parse(cli.text.out)).toEqual(statusView(facts));
    expect(cli.requests.map(({ url }) => new URL(url).search)).toEqual([
      '?limit=500',
      '?limit=500&continue=a',
      '?limit=500&continue=b',
    ]);
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
    expect((await status(views, ['-w'])).queries).toEqual([
      '?limit=500',
      ...['v1', 'v2', 'v3'].map((known) => `?limit=500&known=${known}`),
    ]);
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
