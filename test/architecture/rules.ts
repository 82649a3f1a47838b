/** The import rules of the project as tables; docs/architecture.md says why. */

/** Layers of shared/: a file may import its own layer and those before it. `ports` are types beside them. */
export const sharedLayers = ['errors', 'lib', 'model', 'wire'] as const;

/** Folders of a program that every stage may import. */
export const commonFolders = ['model', 'kube'] as const;

/** Every third-party runtime package and the one file or folder that may import it (zod excepted: schemas are everywhere). */
export const packageHomes: Readonly<Record<string, string>> = {
  '@kubernetes/client-node': 'agent/kube/',
  chokidar: 'hub/run/watch.ts',
  commander: 'shared/adapters/cli.ts',
  'cue-wasm': 'hub/cue/',
  fastify: 'hub/server/',
  'isomorphic-git': 'shared/adapters/git/',
  'js-yaml': 'shared/lib/yaml.ts',
  'node-cron': 'shared/adapters/schedule.ts',
  pino: 'shared/adapters/log.ts',
  'prom-client': 'hub/server/metrics.ts',
};

/** Where the real clock, randomness, process and console may be touched. */
export const impureHomes: readonly RegExp[] = [
  /^shared\/adapters\//,
  /^agent\/kube\//,
  /^(hub|agent)\/(main|cli)\.ts$/,
  /^hub\/render\/cue\/worker\.ts$/,
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
