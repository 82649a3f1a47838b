import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embedded } from './backend.ts';
import { measureFloor } from './floor.ts';
import { openBook, printFigures } from './figures.ts';
import { measurePushes } from './latency.ts';
import { benchOptions } from './objects.ts';

/** `npm run bench -- [--only pushes] [--pushes 50] [--json FILE]`: figures of the whole product on embedded clusters. */
async function main(): Promise<void> {
  const { json, pushes, isWanted } = benchOptions();
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'));
  const book = openBook();
  try {
    const floor = isWanted('floor') ? await measureFloor(book, embedded, { folder, pushes }) : null;
    if (isWanted('feed')) await measurePushes(book, embedded, { folder, transport: 'feed', pushes, floor });
    if (isWanted('git')) await measurePushes(book, embedded, { folder, transport: 'git', pushes, floor });
    await printFigures(book, 'Sluice on embedded clusters', json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await main();
