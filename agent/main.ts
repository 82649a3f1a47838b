#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { terminalOf } from '../shared/adapters/cli.ts';
import { SluiceError } from '../shared/errors.ts';
import { runAgentCli } from './cli/program.ts';

// An agent prefers little memory to speed. Said once everything is loaded: as a flag of the process it would make Node compile its own
// modules from their source, because it has them compiled without that flag.
setFlagsFromString('--optimize-for-size');
// It waits for servers most of the time: code that runs often is compiled quickly, and not once more by the large compiler.
setFlagsFromString('--no-turbofan');

process.exitCode = await runAgentCli(process.argv.slice(2), {
  terminal: terminalOf(process),
  stopSignal,
  readInput: () => text(process.stdin),
  logsToTerminal: process.stderr.isTTY,
});

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => stop.abort(new SluiceError('ABORTED', `stopped by ${signal}`)));
  }
  return stop.signal;
}
