import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAgentCli } from '../../../../agent/cli/program.ts';
import { fakeTerminal } from '../../../fakes/terminal.ts';

const kubeconfig = `apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: here, cluster: { server: "https://127.0.0.1:1" } }]
users: [{ name: me, user: { token: secret } }]
contexts: [{ name: here, context: { cluster: here, user: me } }]
`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-agent-cli-'));
  await writeFile(join(folder, 'kubeconfig'), kubeconfig);
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs `sluice-agent ARGS` with this text on standard input. */
async function agent(args: readonly string[], input = '') {
  let [err, stops, inputs] = ['', 0, 0];
  const status = await runAgentCli(args, {
    terminal: fakeTerminal(
      () => undefined,
      (text) => (err += text),
      { path: (path) => join(folder, path) },
    ),
    stopSignal: () => {
      stops += 1;
      return new AbortController().signal;
    },
    readInput: () => {
      inputs += 1;
      return Promise.resolve(input);
    },
    logsToTerminal: false,
  });
  return { status, err, stops, inputs };
}

describe('sluice-agent', () => {
  const run = ['run', '--kubeconfig', 'kubeconfig'];

  it.each([
    ['a poll time that is not one', [...run, '--poll', 'often'], 2, /^error\[USAGE\] --poll: /],
    [
      'two accounts for a namespace',
      [...run, '--service-accounts', 'a=b,a=c'],
      2,
      /^error\[USAGE\] --service-accounts: /,
    ],
    ['a kubeconfig that is missing', ['run', '--kubeconfig', 'missing'], 3, /missing/],
    ['a join file that is missing', [...run, '--join-file', 'missing'], 3, /^error\[FILE_UNREADABLE\] .*missing/],
    [
      'a file of credentials that is missing',
      [...run, '--channel-auth-file', 'missing'],
      3,
      /^error\[FILE_UNREADABLE\]/,
    ],
    ['a namespace that is not one', ['status', '--namespace', 'A'], 2, /^error\[USAGE\] --namespace: /],
  ])('says what is wrong with %s', async (_, args, status, message) => {
    const said = await agent(args);
    expect(said.err).toMatch(message);
    expect(said.status).toBe(status);
  });

  it('reads the join line from standard input for - alone', async () => {
    const said = await agent([...run, '--join-file', '-'], 'nonsense');
    expect(said.err).toContain('error[CONFIG_INVALID] this is not a join line');
    expect(said.inputs).toBe(1);
    expect((await agent([...run, '--join-file', 'missing'])).inputs).toBe(0);
  });

  it('listens for signals only where it runs until one comes', async () => {
    expect((await agent([...run, '--join-file', 'missing'])).stops).toBe(1);
    expect((await agent(['status', '--kubeconfig', 'missing'])).stops).toBe(0);
  });
});
