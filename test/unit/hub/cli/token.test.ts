import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tokenCommands } from '../../../../hub/cli/token.ts';
import { dataFiles, writeAddress } from '../../../../hub/config/data-folder.ts';
import { runCli } from '../../../../shared/adapters/cli.ts';
import { fakeCli } from '../../../fakes/hub-cli.ts';
import { newFolders } from '../../../fixtures/hub/data-folder.ts';

let folders: Awaited<ReturnType<typeof newFolders>>;
beforeEach(async () => {
  folders = await newFolders();
  await mkdir(folders.data);
  await writeFile(join(folders.data, dataFiles.adminToken), 'secret\n');
  await writeAddress(folders.data, 'http://127.0.0.1:1', null);
});
afterEach(() => folders.remove());

async function token(answer: unknown, ...args: readonly string[]) {
  const cli = fakeCli(() => answer);
  const program = {
    name: 'sluice-hub',
    description: '',
    version: '1',
    commands: [tokenCommands],
    context: cli.context,
  };
  const exit = await runCli(program, ['token', ...args, '--data', folders.data], cli.context.terminal);
  return { exit, ...cli.text, requests: cli.requests };
}

const made = { name: 'ann', role: 'approve', token: 'sluice_x', url: 'https://hub.example' };

describe('token create', () => {
  it('writes the token to a file for its owner alone, and says how to use it', async () => {
    const file = join(folders.data, 'ann.token');
    const { exit, out } = await token(made, 'create', 'ann', '--role', 'approve', '--out', file);
    expect(exit).toBe(0);
    expect(await readFile(file, 'utf8')).toBe('sluice_x\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(out).not.toContain('sluice_x');
    expect(out).toContain(`next: sluice-hub status --hub https://hub.example --token-file ${file}`);
  });

  it('prints it alone where that is asked for', async () => {
    expect((await token(made, 'create', 'ann', '--role', 'approve', '--out', '-')).out).toBe('sluice_x\n');
  });

  it.each([
    ['without a role', ['ann'], 'no role is named'],
    ['with a role that there is not', ['ann', '--role', 'root'], 'Allowed choices are view, approve, admin'],
  ])('%s makes none', async (_, args, message) => {
    const { exit, err, requests } = await token(made, 'create', ...args);
    expect([exit, requests]).toEqual([2, []]);
    expect(err).toContain(message);
  });

  it('makes none where its file is there already', async () => {
    const file = join(folders.data, dataFiles.adminToken);
    const { exit, requests } = await token(made, 'create', 'ann', '--role', 'view', '--out', file);
    expect([exit, requests]).toEqual([5, []]);
    expect(await readFile(file, 'utf8')).toBe('secret\n');
  });
});

describe('token list', () => {
  it('shows names and roles', async () => {
    const entry = { name: 'ann', role: 'approve', by: 'bob', at: '2026-03-01T11:00:00.000Z' };
    expect((await token({ tokens: [entry] }, 'list')).out).toBe(
      'TOKEN  ROLE     SINCE       MADE BY\nann    approve  2026-03-01  bob\n',
    );
    expect((await token({ tokens: [] }, 'list')).out).toContain('admin token');
  });
});
