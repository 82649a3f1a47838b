import { createHttp } from '../../../shared/adapters/http/client.ts';
import { fleetAgent, type FleetAgent } from './agent.ts';
import { mapLimited } from '../../../agent/model/limited.ts';
import type { FleetCall, FleetCalls, FleetWord, Load } from './calls.ts';

/** A process of simulated agents: takes calls from the process that forked it. */
const { signal } = new AbortController();
let agents: readonly FleetAgent[] = [];
const streams = new Map<FleetAgent, AbortController>();

type Handlers = {
  readonly [Name in keyof FleetCalls]: (given: FleetCalls[Name]['given']) => Promise<FleetCalls[Name]['answer']>;
};

const handlers: Handlers = {
  open: (lines) => {
    agents = lines.map((line) => fleetAgent(line, createHttp({ userAgent: 'sluice-fleet' })));
    return Promise.resolve(null);
  },
  enrol: ({ atOnce }) => mapLimited(atOnce, agents, (agent) => timed(() => agent.enrol(signal))),
  follow: () => {
    for (const agent of agents.filter((one) => !streams.has(one))) {
      const stream = new AbortController();
      streams.set(agent, stream);
      const onReported = (commit: string) => say({ kind: 'reported', cluster: agent.cluster, commit, at: Date.now() });
      void agent.follow(onReported, stream.signal);
    }
    return Promise.resolve(null);
  },
  leave: ({ part, of }) => {
    for (const agent of agents.filter((_, index) => index % of === part)) {
      streams.get(agent)?.abort();
      streams.delete(agent);
    }
    return Promise.resolve(null);
  },
  report: (load) => each(load, (agent) => agent.report(signal, 'whole')),
  change: (load) => each(load, (agent) => agent.report(signal, 'change')),
  heartbeat: (load) => each(load, (agent) => agent.report(signal, 'heartbeat')),
  poll: (load) => each(load, (agent) => agent.pull(signal)),
};

function each({ count, atOnce }: Load, run: (agent: FleetAgent) => Promise<unknown>): Promise<number[]> {
  const turns = Array.from({ length: count }, (_, index) => agents[index % agents.length] as FleetAgent);
  return mapLimited(atOnce, turns, (agent) => timed(() => patiently(() => run(agent))));
}

/** Tries again what a busy hub did not answer in time, as an agent does; what fails ten times ends the run. */
async function patiently(run: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run();
      return;
    } catch (error) {
      if (attempt === 10) throw error;
    }
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return performance.now() - started;
}

function say(word: FleetWord): void {
  process.send?.(word);
}

process.on('message', (call: FleetCall) => {
  const handler = handlers[call.name] as (given: unknown) => Promise<unknown>;
  handler(call.given).then(
    (answer) => {
      say({ kind: 'answer', id: call.id, answer });
    },
    (error: unknown) => {
      say({ kind: 'failed', id: call.id, message: error instanceof Error ? error.message : String(error) });
    },
  );
});
process.on('disconnect', () => process.exit(0));
