/** The import rules of the project as tables; docs/architecture.md says why. */

/** Layers of shared/: a file may import its own layer and those before it. `ports` are types beside them. */
export const sharedLayers = ['errors', 'lib', 'model', 'wire'] as const;

/** Files of shared/ that one program alone uses, and why they are not its own: a package has one home. */
export const sharedExceptions: Readonly<Record<string, string>> = {
  'shared/lib/yaml/write.ts': 'js-yaml is at home in shared/lib/yaml, whose reader both programs use',
};

/** What every stage may import beside its own room: nouns, data, and what lies below the stages. */
const belowStages = {
  hub: [
    'model',
    'api',
    'config',
    'cue',
    'keys',
    'definitions',
    'sources',
    'policies',
    'workflow',
    'preflight',
    'health',
  ],
  agent: ['model', 'kube', 'identity', 'health'],
} as const;

/** The stages of each program, in the order of the flow: none of them imports another. */
export const stages = {
  hub: ['load', 'validate', 'place', 'render', 'deliver', 'plan', 'publish', 'collect', 'registry', 'status'],
  agent: ['channel', 'site', 'live', 'rollout', 'apply', 'prune', 'inventory', 'report'],
} as const;

const hubStages = [...stages.hub, ...belowStages.hub];
const agentStages = [...stages.agent, ...belowStages.agent];

/**
 * The arrows of each program: what a room may import beside itself and `shared/`. `main.ts`, `pass.ts` and the other files at a
 * program's root are the room `root`. Rooms that are not named here are stages.
 */
export const arrows: Readonly<Record<string, readonly string[]>> = {
  'hub/root': ['cli', ...hubStages],
  // Commands hand the stores and the evaluator to the operations that need them.
  'hub/cli': ['operations', 'run', 'store', 'cue', 'api', 'config', 'status', 'model'],
  'hub/server': ['operations', 'api', 'keys', 'model'],
  'hub/operations': ['root', 'store', ...hubStages],
  'hub/run': ['root', 'operations', 'server', 'store', 'effects', ...hubStages],
  'hub/store': ['keys', 'config', 'model'],
  'hub/model': [],
  'hub/api': ['model'],
  'hub/config': ['model'],
  'hub/keys': ['model'],
  'hub/cue': ['model'],
  'hub/preflight': ['model'],
  'hub/health': ['cue', 'model'],
  'hub/effects': ['model'],
  'hub/definitions': ['cue', 'model'],
  'hub/sources': ['cue', 'model'],
  'hub/policies': ['cue', 'model'],
  'hub/workflow': ['policies', 'cue', 'model'],
  'agent/root': ['cli', 'run', ...agentStages],
  'agent/cli': ['run', ...agentStages],
  'agent/run': ['root', ...agentStages],
  'agent/identity': ['kube', 'model'],
  'agent/kube': ['model'],
  'agent/health': ['model'],
  'agent/model': [],
};

/** Rooms that wire adapters: everything else gets what it needs as a parameter. */
export const adapterHomes: readonly RegExp[] = [
  /^(hub|agent)\/main\.ts$/,
  /^(hub|agent)\/(cli|run)\//,
  /^hub\/store\//,
  /^agent\/kube\//,
];

/** What a stage may import, of its own program. */
export function allowedRooms(program: 'hub' | 'agent', room: string): readonly string[] {
  return arrows[`${program}/${room}`] ?? belowStages[program];
}

/** Every third-party runtime package and the one file or folder that may import it (zod excepted: schemas are everywhere). */
export const packageHomes: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'agent/kube/',
  chokidar: 'hub/run/watch.ts',
  commander: 'shared/adapters/cli.ts',
  fastify: 'hub/server/',
  'isomorphic-git': 'shared/adapters/git/',
  'js-yaml': 'shared/lib/yaml',
  'node-cron': 'shared/adapters/schedule.ts',
  pino: 'shared/adapters/log.ts',
  'prom-client': 'hub/server/metrics.ts',
};

/** Where the real clock, randomness, process and console may be touched: adapters and main files. */
export const impureHomes: readonly RegExp[] = [
  /^shared\/adapters\//,
  /^hub\/store\/packs\//,
  /^hub\/run\/watch\.ts$/,
  /^agent\/run\/probe-server\.ts$/,
  /^agent\/kube\//,
  /^(hub|agent)\/main\.ts$/,
  /^(hub|agent)\/cli\/program\.ts$/,
  /^hub\/(cue|load)\/worker\.ts$/,
];

/** What may be touched only there: name, and how it looks in code. */
export const impure: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['Date.now', /\bDate\.now\b/],
  ['new Date()', /\bnew Date\(\s*\)/],
  ['Math.random', /\bMath\.random\b/],
  ['process', /\bprocess\./],
  ['console', /\bconsole\./],
  ['timers', /(?<![.\w])(setTimeout|setInterval|setImmediate)\(/],
];

/** Lines that may touch the streams of a terminal, or write what a terminal obeys; all the rest goes through the port. */
export const terminalHomes: Readonly<Record<string, RegExp>> = {
  'shared/adapters/cli.ts': /std(out|err)\.write\((overScreen\()?printable(Toned)?\(text\)|return `\\u001b\[H/,
  'shared/lib/printable.ts': /return `\\u001b\[|new RegExp\(/,
  // Its last words go out before it ends; whether it is a terminal.
  'hub/main.ts': /stream\.write\('', done\)/,
  'agent/main.ts': /process\.stderr\.isTTY/,
};
