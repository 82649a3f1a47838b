import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runOrders } from './run.ts';
import { seeds } from './seeds.ts';
import { targets } from './targets.ts';

/** `npm run fuzz -- --minutes N [--only NAME] [--seed S]`: random inputs for everything that reads what strangers write. */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, only: { type: 'string' }, seed: { type: 'string' } },
});
const chosen = targets.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0)
  throw new Error(`there is no target ${values.only}: ${targets.map(({ name }) => name).join(', ')}`);
const end = Date.now() + Number(values.minutes) * 60_000;
const first = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const totals = new Map(chosen.map(({ name }) => [name, { runs: 0, slowestMs: 0, faults: 0 }]));

for (let round = 0; Date.now() < end; round += 1) {
  for (const { name, short, from } of chosen) {
    if (Date.now() >= end && round > 0) break;
    const total = totals.get(name) ?? { runs: 0, slowestMs: 0, faults: 0 };
    const seed = (first + round) % 2 ** 31;
    const outcomes = await runOrders([{ target: name, seed, runs: short * 4, inputs: [] }]);
    const outcome = outcomes.get(name);
    if (outcome === undefined) throw new Error(`no outcome of ${name}`);
    if (outcome.ok) {
      total.runs += outcome.runs;
      total.slowestMs = Math.max(total.slowestMs, outcome.slowestMs);
      console.log(
        `${name.padEnd(10)} seed ${seed}: ${outcome.runs} inputs, slowest ${Math.round(outcome.slowestMs)} ms`,
      );
      continue;
    }
    total.faults += 1;
    const text = JSON.stringify({ target: name, fault: outcome.fault.split('\n')[0], input: outcome.input }, null, 2);
    const file = `${name}-${createHash('sha256').update(text).digest('hex').slice(0, 10)}.json`;
    mkdirSync(seeds, { recursive: true });
    writeFileSync(new URL(file, seeds), text + '\n');
    console.log(
      `${name.padEnd(10)} seed ${seed}: FAULT, kept as test/seeds/fuzz/${file}; the words come from ${from}\n${outcome.fault}`,
    );
  }
}

console.log('\ntarget      inputs    slowest  faults');
for (const [name, { runs, slowestMs, faults }] of totals)
  console.log(
    `${name.padEnd(10)} ${String(runs).padStart(7)} ${`${Math.round(slowestMs)} ms`.padStart(10)} ${String(faults).padStart(7)}`,
  );
process.exitCode = [...totals.values()].some(({ faults }) => faults > 0) ? 1 : 0;
