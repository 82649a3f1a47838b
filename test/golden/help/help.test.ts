import { describe, expect, it } from 'vitest';
import { commands as agentCommands } from '../../../agent/cli/commands.ts';
import { runAgentCli } from '../../../agent/cli/program.ts';
import { commands as hubCommands } from '../../../hub/cli/commands.ts';
import { runHubCli } from '../../../hub/cli/program.ts';
import type { Terminal } from '../../../shared/ports/terminal.ts';
import { fakeTerminal } from '../../fakes/terminal.ts';

type Run = (args: readonly string[], terminal: Terminal) => Promise<number>;
type Entry = { readonly name: string; readonly commands?: readonly { readonly name: string }[] };

const { signal } = new AbortController();
const hub: Run = (args, terminal) => runHubCli(args, terminal, signal);
const agent: Run = (args, terminal) =>
  runAgentCli(args, {
    terminal,
    stopSignal: () => signal,
    readInput: () => Promise.resolve(''),
    logsToTerminal: false,
  });

/** The help of a program and of each of its commands, as a terminal of 100 columns shows it. */
async function helpTree(name: string, run: Run, entries: readonly Entry[]): Promise<string> {
  const paths = entries.flatMap(({ name: word, commands = [] }) => [[word], ...commands.map((below) => [word, below.name])]);
  const pages = [];
  for (const path of [[], ...paths]) {
    let page = `$ ${[name, ...path, '--help'].join(' ')}\n`;
    const write = (text: string) => void (page += text);
    const terminal = fakeTerminal(write, write, { columns: () => 100 });
    const exit = await run([...path, '--help'], terminal);
    pages.push(`${page}(exit ${exit})\n`);
  }
  return pages.join('\n');
}

describe('the help of every command', () => {
  it.each([
    ['sluice-hub', hub, hubCommands],
    ['sluice-agent', agent, agentCommands],
  ] as const)('of %s reads as in its golden file', async (name, run, commands) => {
    const tree = await helpTree(name, run, commands);
    expect(tree.match(/^Usage: /gm)).toHaveLength(tree.match(/^\$ /gm)?.length ?? 0);
    await expect(tree).toMatchFileSnapshot(`${import.meta.dirname}/${name}.txt`);
  });
});
