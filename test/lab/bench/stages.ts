import type { World } from '../demo/world.ts';
import { cpuMs } from './process.ts';

/** Sums and counts of the hub's stages so far, by name. */
export type StageSums = ReadonlyMap<string, { readonly seconds: number; readonly count: number }>;

/** The hub's metrics, as Prometheus reads them. */
export async function metricsText({ hubUrl, adminToken }: Pick<World, 'hubUrl' | 'adminToken'>): Promise<string> {
  const headers = { authorization: `Bearer ${await adminToken()}` };
  return (await fetch(`${hubUrl}/metrics`, { headers })).text();
}

/** Reads the hub's stage metrics. */
export async function stageSums(world: Pick<World, 'hubUrl' | 'adminToken'>): Promise<StageSums> {
  const text = await metricsText(world);
  const sums = new Map<string, { seconds: number; count: number }>();
  for (const [, what, stage, value] of text.matchAll(
    /^sluice_hub_stage_seconds_(sum|count)\{stage="([a-z]+)"\} (\S+)$/gm,
  )) {
    const known = sums.get(stage ?? '') ?? { seconds: 0, count: 0 };
    sums.set(stage ?? '', what === 'sum' ? { ...known, seconds: Number(value) } : { ...known, count: Number(value) });
  }
  return sums;
}

/** The time between two readings as one line: milliseconds a push, stage by stage. */
export function stagesLine(before: StageSums, after: StageSums, pushes: number): string {
  const parts = [...after].map(([stage, { seconds }]) => {
    const ms = ((seconds - (before.get(stage)?.seconds ?? 0)) * 1000) / pushes;
    return `${stage} ${ms.toFixed(1)}`;
  });
  return `the hub's stages, ms a push: ${parts.join(', ')}`;
}

/** CPU time of the hub and of the agent so far: unlike wall time it does not depend on who else uses the machine. */
export async function cpuSums(world: Pick<World, 'hub' | 'agent'>): Promise<readonly [hub: number, agent: number]> {
  return [await cpuMs(world.hub().pid), await cpuMs(world.agent('local').pid)];
}

/** The CPU time between two readings as one line, a push. */
export function cpuLine(before: readonly [number, number], after: readonly [number, number], pushes: number): string {
  const [hub, agent] = [(after[0] - before[0]) / pushes, (after[1] - before[1]) / pushes];
  return `CPU, ms a push: hub ${hub.toFixed(1)}, agent ${agent.toFixed(1)}`;
}
