import { SluiceError } from '../../shared/errors.ts';
import { choiceOption, switchOption, textOption, type CommandGroup } from '../../shared/lib/command.ts';
import { tokenRoles } from '../model/token.ts';
import { hubOptions, withClient } from './client.ts';
import { command, type CliContext } from './context.ts';
import { assertFree, writeJoinFile } from './join-file.ts';

const createCommand = command({
  name: 'create',
  description: 'make a token for a person or a program, and write it to a file',
  arguments: ['<name>'],
  options: {
    role: choiceOption('--role <role>', 'what it may do: read; decide, too; everything', tokenRoles),
    out: textOption('--out <file>', 'where the token goes, `-` for standard output (default: NAME.token)'),
    by: textOption('--by <name>', 'who made it, for the ledger'),
    ...hubOptions,
  },
  run: async (context, [name], { role, out, by, ...hub }) => {
    const { terminal } = context;
    if (role === undefined) {
      throw new SluiceError('USAGE', 'no role is named', { hint: `give --role ${tokenRoles.join(', --role ')}` });
    }
    const file = out ?? `${name}.token`;
    // Checked before the hub makes a token: afterwards the token would be lost.
    if (file !== '-') await assertFree(terminal.path(file));
    const who = by ?? terminal.env['USER'];
    const made = await withClient(context, hub, (client) => client.createToken({ name, role, by: who }));
    if (file === '-') {
      terminal.out(`${made.token}\n`);
      return undefined;
    }
    await writeJoinFile(terminal.path(file), made.token);
    terminal.out(
      `token ${made.name} has the role ${made.role}; it is in ${file} (a secret: the hub cannot show it again)\n` +
        `next: sluice-hub status --hub ${made.url} --token-file ${file}\n`,
    );
    return undefined;
  },
});

const listCommand = command({
  name: 'list',
  description: 'list the tokens: names, roles, and who made each',
  arguments: [],
  options: { json: switchOption('--json', 'print JSON'), ...hubOptions },
  run: async (context, _, { json, ...hub }) => {
    const { terminal } = context;
    const list = await withClient(context, hub, (client) => client.tokens());
    if (json === true) terminal.out(`${JSON.stringify(list, null, 2)}\n`);
    else if (list.tokens.length === 0) terminal.out('there is the admin token of the data folder alone\n');
    else {
      const { layoutTable } = await import('../status/layout.ts');
      const rows = list.tokens.map((one) => [one.name, one.role, one.at.slice(0, 10), one.by]);
      const titles = ['TOKEN', 'ROLE', 'SINCE', 'MADE BY'].map((title) => ({ title }));
      terminal.out(`${layoutTable(titles, rows, terminal.interactive ? terminal.columns() : 200)}\n`);
    }
    return undefined;
  },
});

const revokeCommand = command({
  name: 'revoke',
  description: 'refuse a token from now on',
  arguments: ['<name>'],
  options: hubOptions,
  run: async (context, [name], hub) => {
    const { role } = await withClient(context, hub, (client) => client.revokeToken(name));
    context.terminal.out(`token ${name} (${role}) is refused from now on\n`);
    return undefined;
  },
});

/** `sluice-hub token ...`: who may ask the hub for what, beside the holder of the admin token. */
export const tokenCommands: CommandGroup<CliContext> = {
  name: 'token',
  description: 'give persons and programs tokens of their own, with a role',
  commands: [createCommand, listCommand, revokeCommand],
};
