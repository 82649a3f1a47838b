import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedded } from './backend.ts';
import { measureDeliver } from './deliver.ts';
import { measureFloor } from './floor.ts';
import { openBook, printFigures, type Book } from './figures.ts';
import { measurePushes } from './latency.ts';
import { benchOptions } from './objects.ts';
import { measureRender } from './render.ts';
import { installThousand, measureNoop, measureOneOfThousand, measureMemory } from './thousand.ts';

/** `npm run bench -- [--only pushes] [--pushes 50] [--clusters 10000] [--json FILE]`: figures of the whole product on embedded clusters. */
async function main(): Promise<void> {
  const { json, pushes, clusters, isWanted } = benchOptions();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const book = openBook();
  try {
    const floor = isWanted('floor') ? await measureFloor(book, embedded, { folder, pushes }) : null;
    const common = { folder, pushes, floor, web: isWanted('web') };
    if (isWanted('feed')) await measurePushes(book, embedded, { ...common, transport: 'feed' });
    if (isWanted('git')) await measurePushes(book, embedded, { ...common, transport: 'git' });
    if (isWanted('render')) await measureRender(book);
    if (isWanted('deliver')) await measureDeliver(book, folder, clusters);
    if (isWanted('thousand')) await measureThousand(book, folder, Math.min(pushes, 20));
    await printFigures(book, 'Sluice on embedded clusters', json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureThousand(book: Book, folder: string, pushes: number): Promise<void> {
  const thousand = await installThousand(book, embedded, folder);
  try {
    await measureOneOfThousand(book, thousand, { pushes });
    await measureNoop(book, thousand);
    await measureMemory(book, thousand);
  } finally {
    await thousand.stop();
  }
}

await main();
