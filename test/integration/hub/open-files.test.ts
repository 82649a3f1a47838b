import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWithFiles, type HubProcess } from './process.ts';

let folder: string;
let hub: HubProcess;
let strangers: Socket[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'open-files-'));
  await mkdir(join(folder, 'config'));
  strangers = [];
});
afterEach(async () => {
  for (const socket of strangers) socket.destroy();
  hub.child.kill('SIGKILL');
  await hub.ended;
  await rm(folder, { recursive: true, force: true });
});

describe('a hub that may open 120 files, and whose callers keep their connections', () => {
  it('ends them with its answers where few more may be opened, so that all are let in', async () => {
    hub = startWithFiles(120, folder, 'serve', 'config', '--data', 'data', '--log-format', 'json');
    const [, url = ''] = await hub.said(/hub listens on (\S+)/);
    const token = (await readFile(join(folder, 'data/admin-token'), 'utf8')).trim();
    const headers = { authorization: `Bearer ${token}` };
    const said: (string | undefined)[] = [];
    for (let caller = 0; caller < 100; caller += 1) {
      const agent = new Agent({ keepAlive: true });
      const [answer] = (await once(get(`${url}/v1/clusters`, { agent, headers }), 'response')) as [IncomingMessage];
      expect(answer.statusCode).toBe(200);
      answer.resume();
      await once(answer, 'end');
      said.push(answer.headers.connection);
    }
    // Of 60 connections a quarter is kept for those that come.
    expect(said.slice(0, 45)).toEqual(Array.from({ length: 45 }, () => 'keep-alive'));
    expect(said.slice(45)).toEqual(Array.from({ length: 55 }, () => 'close'));
  });
});

describe('a hub that may open 120 files, under 300 connections of strangers', () => {
  it('changes its state, answers, and says that connections are cut', async () => {
    hub = startWithFiles(120, folder, 'serve', 'config', '--data', 'data', '--log-format', 'json');
    const [, url = ''] = await hub.said(/hub listens on (\S+)/);
    await hub.said(/this process may open few files/);
    const { port } = new URL(url);
    for (let number = 0; number < 300; number += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      strangers.push(socket);
      await once(socket, 'connect');
    }
    await hub.said(/too many connections/);
    const token = (await readFile(join(folder, 'data/admin-token'), 'utf8')).trim();
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    for (const name of ['one', 'two', 'three']) {
      const joined = await fetch(`${url}/v1/clusters`, { method: 'POST', headers, body: JSON.stringify({ name }) });
      expect([name, joined.status]).toEqual([name, 201]);
    }
    const body = JSON.stringify({ labels: { region: 'eu' } });
    const labelled = await fetch(`${url}/v1/clusters/one/labels`, { method: 'POST', headers, body });
    expect(labelled.status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`, { headers })).text();
    expect(Number(/^sluice_hub_cut_connections_total (\d+)/m.exec(metrics)?.[1])).toBeGreaterThan(200);
    expect(hub.text()).not.toContain('EMFILE');
  });
});
