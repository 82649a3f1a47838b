import { readdir } from 'node:fs/promises';
import type { HubClient } from '../../../hub/api/client.ts';
import type { World } from '../demo/world.ts';
import type { FleetProcesses } from '../fleet/fleet.ts';
import { soakFiles } from './fleet-documents.ts';
import { quantile } from './figures.ts';
import { residentMiB } from './process.ts';
import { metricsText } from './stages.ts';

/** What a soak works with. */
export interface SoakScene {
  readonly world: World;
  readonly client: HubClient;
  readonly agents: number;
  readonly say: (line: string) => void;
  readonly add: (name: string, value: number, unit: string, note?: string, most?: number) => void;
}

/** How the hub was at one moment. */
interface Sample {
  readonly seconds: number;
  readonly rss: number;
  /** MiB that V8 has for objects, those of which that are in use (garbage among them), and what is outside of its heap. */
  readonly heap: { readonly total: number; readonly used: number; readonly external: number };
  readonly descriptors: number;
  /** Of the event loop since the sample before, 99 of 100. */
  readonly lagMs: number;
  readonly passes: number;
}

const mib = 1024 * 1024;
const everyMs = 5_000;
/** The rounds before it are those of the other figures. */
const first = 3;

/** One in so many agents loses its connection in each round, and comes back in the next. */
const away = 20;

/**
 * Whether the hub stays as it is: each five seconds a commit, a heartbeat of every agent, agents that come and go, and a cluster that
 * joins for one round, for as long as it is told.
 */
export async function measureSoak(scene: SoakScene, fleet: FleetProcesses, seconds: number): Promise<void> {
  const { world, client, agents, say, add } = scene;
  const started = performance.now();
  const samples: Sample[] = [];
  for (let round = first; performance.now() - started < seconds * 1000; round += 1) {
    const next = performance.now() + everyMs;
    await fleet.follow();
    await fleet.leave({ part: round % away, of: away });
    if (round > first) await client.remove(`guest-${round - 1}`, { forget: true });
    await client.join({ name: `guest-${round}`, transport: 'feed' });
    await world.config.push(soakFiles(round), `round ${round}`);
    await fleet.load('heartbeat', { count: agents, atOnce: 64 });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, next - performance.now())));
    const sample = await sampleOf(world, (performance.now() - started) / 1000);
    samples.push(sample);
    say(lineOf(sample));
  }
  const settled = samples.slice(Math.floor(samples.length / 2));
  const [begin, last] = [samples[0], samples.at(-1)];
  if (begin === undefined || last === undefined) return;
  add('fleet-soak-rss-slope', slopeOf(settled) * 3600, 'MiB/h', 'of the second half, by least squares');
  const rssOf = (from: number) => quantile(rssIn(samples, from), 0.5);
  add('fleet-soak-rss-growth', rssOf(3) - rssOf(1), 'MiB', 'median of the last quarter, less that of the second', 10);
  add('fleet-soak-descriptors', last.descriptors - begin.descriptors, '', 'more than at the first sample');
  const lags = samples.map(({ lagMs }) => lagMs);
  const median = `the worst of five seconds; the median is ${quantile(lags, 0.5).toFixed(1)} ms`;
  add('fleet-soak-lag-p99-ms', Math.max(...lags), 'ms', median, 50);
  const perSecond = (last.passes - begin.passes) / Math.max(1, last.seconds - begin.seconds);
  add('fleet-soak-passes-per-s', perSecond, '/s', undefined, 4);
}

function lineOf({ rss, heap, descriptors, lagMs }: Sample): string {
  const parts = `heap ${heap.used.toFixed(0)} of ${heap.total.toFixed(0)}, outside ${heap.external.toFixed(0)}`;
  return `soak: ${rss.toFixed(0)} MiB (${parts}), ${descriptors} descriptors, loop lag ${lagMs.toFixed(1)} ms`;
}

/** Memory in one quarter of the samples, from 0 on. */
function rssIn(samples: readonly Sample[], quarter: number): readonly number[] {
  const at = (number: number) => Math.floor((number * samples.length) / 4);
  return samples.slice(at(quarter), Math.max(at(quarter) + 1, at(quarter + 1))).map(({ rss }) => rss);
}

async function sampleOf(world: World, seconds: number): Promise<Sample> {
  const { pid } = world.hub();
  const text = await metricsText(world);
  const sum = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    seconds,
    rss: await residentMiB(pid),
    heap: {
      total: sum(/^nodejs_heap_size_total_bytes (\S+)$/gm) / mib,
      used: sum(/^nodejs_heap_size_used_bytes (\S+)$/gm) / mib,
      external: sum(/^nodejs_external_memory_bytes (\S+)$/gm) / mib,
    },
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    lagMs: sum(/^nodejs_eventloop_lag_p99_seconds (\S+)$/gm) * 1000,
    passes: sum(/^sluice_hub_pass_seconds_count\{[^}]*\} (\S+)$/gm),
  };
}

/** MiB a second, by least squares. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, one) => sum + of(one), 0) / samples.length;
  const [x, y] = [mean(({ seconds }) => seconds), mean(({ rss }) => rss)];
  const spread = samples.reduce((sum, { seconds }) => sum + (seconds - x) ** 2, 0);
  const together = samples.reduce((sum, { seconds, rss }) => sum + (seconds - x) * (rss - y), 0);
  return spread === 0 ? 0 : together / spread;
}
