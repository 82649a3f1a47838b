import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../fakes/port.ts';
import { processGroup } from './processes.ts';
import { waitFor } from './wait.ts';

const run = promisify(execFile);
const program = 'prometheus';

/** The path of a Prometheus, or one line that says why there is none on this machine. */
export type PrometheusAnswer = { readonly path: string } | { readonly reason: string };

/** Looks in PATH, then in the cache folder; never uses the network. */
export async function findPrometheus(): Promise<PrometheusAnswer> {
  const places = [...(process.env['PATH'] ?? '').split(delimiter), join(cacheFolder(), 'usr', 'bin')];
  for (const place of places) {
    const path = join(place, program);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return { path };
  }
  return { reason: `no ${program} in PATH or ${cacheFolder()}` };
}

/** Finds it, taking the package of Debian apart into the cache folder where there are apt-get and dpkg: nothing is installed or started. */
export async function ensurePrometheus(): Promise<PrometheusAnswer> {
  const found = await findPrometheus();
  if ('path' in found) return found;
  const folder = `${cacheFolder()}.unpacking-${process.pid}`;
  try {
    await mkdir(folder, { recursive: true });
    await run('apt-get', ['download', program], { cwd: folder, timeout: 120_000 });
    const [archive = ''] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
    await run('dpkg', ['-x', archive, '.'], { cwd: folder });
    await rm(join(folder, archive));
    // Somebody else finished the same first: theirs is as good as ours.
    await rename(folder, cacheFolder()).catch(() => undefined);
    return await findPrometheus();
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    return { reason: `${found.reason}; cannot get it: ${why}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function cacheFolder(): string {
  const base =
    process.env['SLUICE_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'sluice');
  return join(base, program);
}

/** A Prometheus that runs, and what it scrapes. */
export interface Metrics {
  readonly url: string;
  /** Sets the value of a series of the exporter; resolves once the server answers with it. */
  readonly show: (name: string, value: number) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Starts a Prometheus on 127.0.0.1 that scrapes an exporter of this process every second. A scrape that comes too late would leave the series without a value. */
export async function startMetrics(path: string): Promise<Metrics> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-prometheus-'));
  const values = new Map<string, number>();
  const exporter = createServer((_, response) => {
    response.end([...values].map(([name, value]) => `# TYPE ${name} gauge\n${name} ${value}\n`).join(''));
  });
  await new Promise<void>((resolve) => exporter.listen(0, '127.0.0.1', resolve));
  const { port: exported } = exporter.address() as AddressInfo;
  const group = processGroup(folder);
  const stop = async (): Promise<void> => {
    await group.stop();
    exporter.closeAllConnections();
    await new Promise((resolve) => exporter.close(resolve));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const url = `http://127.0.0.1:${await freePort()}`;
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'exporter', static_configs: [{ targets: [`127.0.0.1:${exported}`] }] }],
    };
    // JSON is YAML, too.
    await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config));
    const listen = `--web.listen-address=${new URL(url).host}`;
    const places = [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`];
    group.start(program, path, [...places, listen, '--log.level=warn']);
    const until = <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> =>
      Promise.race([waitFor(what, ask), group.failed]);
    await until('Prometheus to be ready', async () => {
      const answer = await fetch(`${url}/-/ready`).catch(() => null);
      return answer?.ok === true ? true : undefined;
    });
    const show: Metrics['show'] = async (name, value) => {
      values.set(name, value);
      await until(`${name} to be ${value}`, async () => ((await valueAt(url, name)) === value ? true : undefined));
    };
    return { url, show, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function valueAt(url: string, query: string): Promise<number | null> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data } = (await answer.json()) as { data?: { result?: readonly { value: readonly [number, string] }[] } };
  const value = data?.result?.[0]?.value[1];
  return value === undefined ? null : Number(value);
}
