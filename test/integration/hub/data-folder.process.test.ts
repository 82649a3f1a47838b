import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codes, type Code } from '../../../shared/errors.ts';
import { mapLimited } from '../../../agent/model/limited.ts';
import { configApp } from '../scenarios/documents.ts';
import { harms, pathsOf } from './harms.ts';
import { startProcess } from './process.ts';

let folder: string;
const whole = (): string => join(folder, 'whole');
const listening = /hub listens on (\S+)/;
const started: ReturnType<typeof startProcess>[] = [];

function hub(...args: readonly string[]): ReturnType<typeof startProcess> {
  const one = startProcess(folder, ...args);
  started.push(one);
  return one;
}

const serve = (data: string) => hub('serve', 'config', '--local', 'one', '--data', data);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-harms-'));
  mkdirSync(join(folder, 'config'));
  writeFileSync(join(folder, 'config', 'web.yaml'), configApp('web', { web: '1' }));
  const first = serve('whole');
  await first.said(listening);
  expect(await hub('cluster', 'join', 'one', '--data', 'whole', '--out', 'one.join').ended).toBe(0);
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  expect(pathsOf(whole(), 'channel.git/objects/pack/*.pack').length).toBeGreaterThan(0);
});
afterAll(async () => {
  for (const { child, ended } of started) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

const secrets = ['keys/hub.key', 'keys/root.key', 'keys/root/1.json', 'keys/root/1.sig'];
const bytesIn = (data: string): ReadonlyMap<string, string> =>
  new Map(
    secrets
      .filter((name) => existsSync(join(data, name)) && statSync(join(data, name)).isFile())
      .map((name) => [name, readFileSync(join(data, name), 'hex')]),
  );

type Outcome = 'serves' | Code;

/** Starts a hub in a data folder that was harmed, and ends it where it serves: it must end by itself where it does not. */
async function outcomeOf(data: string): Promise<string> {
  const one = serve(data);
  const served = await one.said(listening).catch(() => null);
  if (served !== null) {
    const [, url = ''] = served;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    one.child.kill('SIGTERM');
    return `serves ${await one.ended}`;
  }
  const [, code = one.text()] = /^error\[([A-Z_]+)\] \S.*; .*; .*$/m.exec(one.text()) ?? [];
  return `${code} ${await one.ended}`;
}

const cases: readonly (readonly [string, keyof typeof harms, Outcome])[] = [
  ['keys/hub.key', 'lost', 'CONFIG_INVALID'],
  ['keys/hub.key', 'flipped', 'CONFIG_INVALID'],
  ['keys/root/1.json', 'lost', 'serves'],
  ['keys/root/1.json', 'cut', 'CONFIG_INVALID'],
  ['keys', 'lost', 'CONFIG_INVALID'],
  ['ledger.git', 'lost', 'LEDGER_INVALID'],
  ['ledger.git/packed-refs', 'empty', 'LEDGER_INVALID'],
  ['ledger.git/objects/pack/*.pack', 'cut', 'LEDGER_INVALID'],
  ['channel.git', 'lost', 'serves'],
  ['channel.git', 'unreadable', 'UNAVAILABLE'],
  ['channel.git/packed-refs', 'lost', 'serves'],
  ['channel.git/objects/pack', 'lost', 'serves'],
  ['reports', 'lost', 'serves'],
  ['reports', 'unreadable', 'UNAVAILABLE'],
  ['admin-token', 'lost', 'serves'],
  ['admin-token', 'empty', 'CONFIG_INVALID'],
  ['hub.port', 'lost', 'serves'],
  ['hub.port', 'flipped', 'serves'],
  ['hub.port', 'empty', 'serves'],
  ['hub.port', 'unreadable', 'UNAVAILABLE'],
];

describe('a hub that starts in a data folder that was harmed', () => {
  it(
    'serves, or ends by itself with its status and words, and no key is ever another',
    { timeout: 300_000 },
    async () => {
      const outcomes = await mapLimited(3, cases, async ([name, harm]) => {
        const data = `harmed ${name.replaceAll('/', ' ')} ${harm}`;
        cpSync(whole(), join(folder, data), { recursive: true });
        for (const path of pathsOf(join(folder, data), name)) harms[harm](path);
        const before = bytesIn(join(folder, data));
        const outcome = await outcomeOf(data);
        const after = bytesIn(join(folder, data));
        const original = bytesIn(whole());
        const changed = [...after].filter(([file, bytes]) => bytes !== (before.get(file) ?? original.get(file)));
        const lost = [...before.keys()].filter((file) => !after.has(file));
        return [name, harm, outcome, [...changed, ...lost]];
      });
      expect(outcomes).toEqual(
        cases.map(([name, harm, wanted]) => [
          name,
          harm,
          wanted === 'serves' ? 'serves 0' : `${wanted} ${codes[wanted].exit}`,
          [],
        ]),
      );
    },
  );
});
