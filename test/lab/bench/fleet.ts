import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { parseArgs } from 'node:util';
import { runFleet, type FleetOptions, type FleetRun } from './fleet-run.ts';
import { openBook, printFigures, type Book } from './figures.ts';

/**
 * `npm run bench:fleet -- [--agents 1000[,2000]] [--apps 20] [--soak SECONDS] [--tls] [--json FILE]`: one real hub, and simulated agents that
 * speak the real protocol to it, over TLS if told so. With several numbers of agents it prints how the cost of the same change grows from the first to the last. A soak
 * pushes and beats for so long at the end, and tells whether memory, descriptors and the event loop stay as they are.
 */
async function main(): Promise<void> {
  const { agents, apps, soak, json, ...options } = settings();
  const tls = options.tls ? await certificates() : null;
  const book = openBook();
  const runs: FleetRun[] = [];
  for (const count of agents) {
    const folder = await mkdtemp(join(tmpdir(), 'sluice-fleet-'));
    try {
      runs.push(
        await runFleet(book, {
          folder,
          agents: count,
          apps,
          soak,
          tls,
          suffix: agents.length === 1 ? '' : `-${count}`,
        }),
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  addSlope(book, runs);
  await printFigures(
    book,
    `One hub and ${agents.join(', ')} simulated clusters, ${apps} applications${tls === null ? '' : ', over TLS'}`,
    json,
  );
}

/** The exponent b of cost ~ N^b: the hub's CPU time for a change of one group of the same size. */
function addSlope(book: Book, runs: readonly FleetRun[]): void {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined || runs.length < 2) return;
  const slope = Math.log(last.groupCpuMs / first.groupCpuMs) / Math.log(last.agents / first.agents);
  book.add({ name: 'fleet-slope', value: slope, unit: '', most: 0.2, note: "the hub's CPU for a group of 50, ~ N^b" });
}

/** Certificates of the tests; this process, and all that it starts from here on, trusts their authority. */
async function certificates(): Promise<FleetOptions['tls']> {
  const path = (name: string) => new URL(`../../integration/kube/fixtures/${name}`, import.meta.url).pathname;
  process.env['NODE_EXTRA_CA_CERTS'] = path('ca.crt');
  setDefaultCACertificates([...getCACertificates('default'), await readFile(path('ca.crt'), 'utf8')]);
  return { certFile: path('server.crt'), keyFile: path('server.key') };
}

function settings() {
  const { values } = parseArgs({
    options: {
      agents: { type: 'string', default: '1000' },
      apps: { type: 'string', default: '20' },
      soak: { type: 'string', default: '0' },
      tls: { type: 'boolean', default: false },
      json: { type: 'string' },
    },
  });
  const agents = values.agents.split(',').map(Number);
  const apps = Number(values.apps);
  const isCount = (number: number) => Number.isInteger(number) && number >= 1;
  if (!agents.every(isCount) || !isCount(apps)) throw new Error('--agents and --apps take whole numbers above 0');
  const soak = Number(values.soak);
  if (!Number.isInteger(soak) || soak < 0) throw new Error('--soak takes whole seconds');
  return { agents, apps, soak, tls: values.tls, json: values.json };
}

await main();
