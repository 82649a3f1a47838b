import { describe, expect, it } from 'vitest';
import { commands as agentCommands } from '../../../../agent/cli/commands.ts';
import { commands as hubCommands } from '../../../../hub/cli/commands.ts';

const programs = [
  ['sluice-hub', hubCommands],
  ['sluice-agent', agentCommands],
] as const;

describe.each(programs)('the commands of %s', (_, entries) => {
  const all = entries.flatMap((entry) =>
    'commands' in entry ? entry.commands.map((below) => ({ ...below, name: `${entry.name} ${below.name}` })) : [entry],
  );

  it('have names of their own', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });

  it('say what they do in one line without a full stop', () => {
    for (const { name, description } of [...entries, ...all])
      expect([name, description]).toEqual([name, expect.stringMatching(/^[a-z][^\n]*[^.\n]$/)]);
  });

  it('say what each of their options does', () => {
    for (const { name, options } of all) {
      for (const { flag, help } of Object.values(options))
        expect([name, flag, help]).toEqual([
          name,
          expect.stringMatching(/^(-[a-z], )?--[a-z]/),
          expect.stringMatching(/.../),
        ]);
    }
  });
});
