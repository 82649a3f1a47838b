import type { World } from '../demo/world.ts';

/** Sums and counts of the hub's stages so far, by name. */
export type StageSums = ReadonlyMap<string, { readonly seconds: number; readonly count: number }>;

/** Reads the hub's stage metrics. */
export async function stageSums(world: Pick<World, 'hubUrl'>): Promise<StageSums> {
  const text = await (await fetch(`${world.hubUrl}/metrics`)).text();
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
