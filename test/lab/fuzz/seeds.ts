import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** The folder of inputs that found a fault once. */
export const seeds = new URL('../../seeds/fuzz/', import.meta.url);

/** An input that found a fault once, with the words of the fault. */
export interface Seed {
  readonly file: string;
  readonly target: string;
  readonly fault: string;
  readonly input: unknown;
}

/** All of them. */
export function keptSeeds(): Seed[] {
  const files = existsSync(seeds)
    ? readdirSync(seeds)
        .filter((name) => name.endsWith('.json'))
        .sort()
    : [];
  return files.map((file) => ({
    ...(JSON.parse(readFileSync(new URL(file, seeds), 'utf8')) as Omit<Seed, 'file'>),
    file,
  }));
}
