import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newSeed, signerOf } from '../../../shared/wire/envelope.ts';
import { formats } from '../../../shared/wire/formats.ts';
import { writeSecret } from '../../../hub/keys/key-files.ts';
import { runCommand } from '../../lab/demo/program.ts';
import { startWorld, type World } from '../../property/system/world.ts';
import { clusterYaml, configApp } from '../scenarios/documents.ts';

let world: World;
const keys = (verb: string, ...more: readonly string[]) =>
  runCommand(['hub/main.ts', 'keys', verb, '--data', world.data, ...more]);
const hubKey = async () => signerOf((await readFile(join(world.data, 'keys/hub.key'), 'utf8')).trim()).publicKey;
const trusted = async (version: number) =>
  formats.root.decode(await readFile(join(world.data, `keys/root/${version}.json`))).hubs.keys;
const value = () => (world.sites[0]?.kube.read('/ConfigMap/default/one')?.['data'] as { value: string }).value;
const settled = async () => {
  const [site] = world.sites;
  const before = site!.kube.writesLog.length;
  expect(await site!.settle(0)).toEqual({ isSettled: true, further: [] });
  // What the agent writes down for itself, what runs among it, is not an object of an application.
  const isOwn = (call: string) => call.includes('ConfigMap/sluice-') || call.includes('Secret/sluice-kept-');
  return site!.kube.writesLog.slice(before).filter((call) => !isOwn(call));
};

beforeAll(async () => {
  world = await startWorld({ 'clusters.yaml': clusterYaml('here'), 'one.yaml': configApp('one', { one: '1' }) }, [
    'here',
  ]);
  await world.hubPass();
  await settled();
});
afterAll(() => world.close());

describe('changing the hub key', () => {
  let old = '';

  it('is refused without the root key, and changes nothing', async () => {
    old = await hubKey();
    const wrong = join(world.data, 'wrong.key');
    writeSecret(wrong, newSeed());
    const answer = await keys('rotate', '--root-key', wrong);
    expect(answer).toMatchObject({ status: 3, stdout: '' });
    expect(answer.stderr).toContain('this is not the root key');
    expect(await hubKey()).toBe(old);
    expect((await keys('retire')).stderr).toContain('no other hub key is trusted');
  });

  it('makes a key that signs everything anew from the next start on, while no object is touched', async () => {
    expect(await keys('rotate')).toMatchObject({ status: 0, stderr: '' });
    expect(await trusted(2)).toEqual([await hubKey(), old]);
    expect(await keys('retire')).toMatchObject({ status: 3, stdout: '' });
    await world.hubRestart();
    await world.hubPass();
    expect(await settled()).toEqual([]);
    expect(world.violations).toEqual([]);
  });

  it('takes the trust from the old key, and agents that start anew go on', async () => {
    expect(await keys('retire')).toMatchObject({ status: 0, stderr: '' });
    expect(await trusted(3)).toEqual([await hubKey()]);
    expect(await hubKey()).not.toBe(old);
    await world.hubRestart();
    world.sites[0]?.restart();
    expect(await settled()).toEqual([]);
    await world.commit({ 'one.yaml': configApp('one', { one: '2' }) });
    await world.hubPass();
    await settled();
    expect(value()).toBe('2');
  });
});
