import { parseArgs } from 'node:util';
import { availableParallelism } from 'node:os';
import { mutants, type Mutant } from './mutants.ts';
import { makeCopy, type Copy } from './copy.ts';

/**
 * `npm run mutants [-- [--jobs N] WORD]`: puts each bug of the list (or those whose text has WORD) into a copy of the source, and
 * runs the tests that must find it, in as many copies at a time as there are cores. Exit 1 when one survives, or when its place in
 * the source is not there any more.
 */
const { values, positionals } = parseArgs({ options: { jobs: { type: 'string' } }, allowPositionals: true });
const [word = ''] = positionals;
const chosen = mutants.filter(({ bug }) => bug.includes(word));
const count = Math.max(1, Math.min(Number(values.jobs ?? availableParallelism()), chosen.length));
const copies = await Promise.all(Array.from({ length: count }, makeCopy));
const waiting = [...chosen];
let [done, lived] = [0, 0];
try {
  await provePassing(copies[0]!);
  await Promise.all(copies.map(work));
  console.log(`${chosen.length - lived} bugs found, ${lived} not`);
} finally {
  await Promise.all(copies.map((copy) => copy.remove()));
}
process.exitCode = lived === 0 ? 0 : 1;

async function provePassing(copy: Copy): Promise<void> {
  const { passed, failed, isRed, names } = await copy.run(
    [...new Set(chosen.flatMap(({ tests }) => tests))],
    3_600_000,
  );
  if (passed + failed === 0) throw new Error('without any bug, the tests did not come to an end');
  if (failed > 0 || isRed) throw new Error(`without any bug, ${failed} tests fail: ${names.join('; ')}`);
  console.log(`${passed} tests pass without any bug; now ${chosen.length} bugs, ${count} at a time`);
}

async function work(copy: Copy): Promise<void> {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) await judge(copy, mutant);
}

async function judge(copy: Copy, mutant: Mutant): Promise<void> {
  const started = performance.now();
  const fate = await copy.fateOf(mutant);
  done += 1;
  if (fate !== 'killed') lived += 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(3);
  const place = `${done}/${chosen.length}`.padStart(7);
  console.log(
    `${fate === 'killed' ? '✓' : '✗'} ${fate.padEnd(8)} ${place} ${seconds} s  ${mutant.bug}  (${mutant.file})`,
  );
}
