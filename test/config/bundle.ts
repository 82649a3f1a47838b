import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin, type StdinOptions } from 'esbuild';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The files of the bundled programs. */
export const bundleFiles = {
  agent: 'sluice-agent.mjs',
  hub: 'sluice-hub.mjs',
  /** The thread that evaluates CUE. */
  worker: 'sluice-cue-worker.mjs',
  /** The evaluator that it runs: WebAssembly, compressed. */
  evaluator: 'sluice-cue.wasm.zst',
  /** The library that fetches from Git hosts: read by programs that do, when they do. */
  git: 'sluice-git.mjs',
  /** The thread that reads files. */
  reader: 'sluice-file-reader.mjs',
  /** The thread that has the database of reports. */
  reports: 'sluice-report-database.mjs',
  /** Built-in definitions of the hub. */
  definitions: 'definitions',
} as const;

/**
 * Places that a source file names relative to itself, and what they are beside the bundle. The build fails when one of
 * them is not found, and when a file that is not listed here asks where it is.
 */
const places: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'hub/cli/program.ts': ["new URL('../../package.json'", "new URL('./package.json'"],
  'hub/definitions/catalog.ts': ["new URL('./', import.meta.url)", "new URL('./definitions/', import.meta.url)"],
  'hub/cue/engine.ts': ["new URL('./worker.ts'", `new URL('./${bundleFiles.worker}'`],
  'hub/cue/evaluator.ts': ["new URL('./shim/cue.wasm.zst'", `new URL('./${bundleFiles.evaluator}'`],
  'hub/store/reports/thread.ts': ["new URL('./worker.ts'", `new URL('./${bundleFiles.reports}'`],
  'hub/load/reader.ts': ["new URL('./worker.ts'", `new URL('./${bundleFiles.reader}'`],
};

/** What the bundles leave out: module (as a path ends), and what stands for it. */
const stubs: readonly (readonly [path: RegExp, text: string])[] = [
  // KubeConfig alone is used: its generated models and its fetch client never are (agent/kube has a client of its own).
  [/client-node\/dist\/gen\/index\.js$/, absent('createConfiguration', 'ServerConfiguration')],
  [/client-node\/dist\/middleware\.js$/, absent('setHeaderMiddleware')],
  [/node_modules\/undici\/index\.js$/, absent('Agent', 'ProxyAgent')],
  // Proxies that are not HTTP are refused when a kubeconfig is read (agent/kube/config.ts).
  [/node_modules\/socks-proxy-agent\/dist\/index\.js$/, absent('SocksProxyAgent')],
  [/node_modules\/socks\/build\/index\.js$/, absent('SocksClient')],
  // Messages of schemas in forty languages; English is set up by the library itself.
  [/zod\/v4\/locales\/index\.js$/, "export { default as en } from './en.js';"],
];

/** Builds the programs as plain JavaScript into an empty folder: nothing but Node 24 is needed to run them. */
export async function buildBundles(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await bundle(library, join(folder, bundleFiles.git));
  await bundle('hub/cue/worker.ts', join(folder, bundleFiles.worker));
  await bundle('hub/load/worker.ts', join(folder, bundleFiles.reader));
  await bundle('hub/store/reports/worker.ts', join(folder, bundleFiles.reports));
  await bundle('agent/main.ts', join(folder, bundleFiles.agent));
  await bundle('hub/main.ts', join(folder, bundleFiles.hub));
  await cp(join(root, 'hub/cue/shim/cue.wasm.zst'), join(folder, bundleFiles.evaluator));
  await copyDefinitions(join(folder, bundleFiles.definitions));
  const { name, version, license } = manifest;
  await writeFile(join(folder, 'package.json'), `${JSON.stringify({ name, version, license, type: 'module' })}\n`);
}

async function copyDefinitions(folder: string): Promise<void> {
  const from = join(root, 'hub/definitions');
  const names = (await readdir(from, { recursive: true })).filter((name) => name.endsWith('.cue'));
  await Promise.all(names.map((name) => cp(join(from, name), join(folder, name))));
}

/** What `shared/adapters/git` loads at the first use of Git. */
const library = { contents: "export { default } from 'isomorphic-git';", resolveDir: root, sourcefile: 'git.js' };

async function bundle(entry: string | StdinOptions, outfile: string): Promise<void> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    ...(typeof entry === 'string' ? { entryPoints: [entry] } : { stdin: entry }),
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Names stay, so that a stack says where it comes from.
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
    // Packages in the older module system ask for built-in modules with `require`.
    banner: {
      js: "import { createRequire as sluiceRequire } from 'node:module'; const require = sluiceRequire(import.meta.url);",
    },
    plugins: [fitted, lean],
  });
  // A single character beyond ASCII makes the source that the engine keeps twice as large: esbuild leaves those in patterns.
  const text = outputFiles.map((file) => file.text).join('');
  await writeFile(outfile, text.replaceAll(/[^\0-\x7f]/g, escaped), { mode: text.startsWith('#!') ? 0o755 : 0o644 });
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Takes built-in modules by `process.getBuiltinModule`. An import of one reads all that it has, which loads what is behind it:
 * that of `node:http` a second HTTP client with a WebSocket, 13 MiB of memory and 90 ms.
 */
const lean: Plugin = {
  name: 'lean built-in modules',
  setup: (hooks) => {
    hooks.onResolve({ filter: /^[a-z:_/0-9]+$/ }, ({ path, kind }) =>
      isBuiltin(path) && kind !== 'require-call' ? { path, namespace: 'builtin' } : undefined,
    );
    hooks.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

const fitted: Plugin = {
  name: 'sluice',
  setup: (hooks) => {
    hooks.onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({
      path: join(root, 'node_modules/@kubernetes/client-node/dist/config.js'),
      sideEffects: false,
    }));
    // What is loaded at its first use has a file of its own: an agent that pulls the hub's feed does not even read it.
    hooks.onResolve({ filter: /^isomorphic-git$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: `./${bundleFiles.git}`, external: true } : undefined,
    );
    hooks.onLoad({ filter: /node_modules.*\.js$/ }, ({ path }) => {
      const stub = stubs.find(([pattern]) => pattern.test(path));
      return stub === undefined ? undefined : { contents: stub[1], loader: 'js' };
    });
    hooks.onLoad({ filter: /\/(agent|hub|shared)\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const [from, to] = places[relative(root, path)] ?? ['', ''];
      const asked = text.split('import.meta.url').length - 1;
      const isWrong = from === '' ? asked > 0 : asked !== 1 || !text.includes(from);
      if (isWrong) throw new Error(`${path} names a place that the bundle does not know: see test/config/bundle.ts`);
      const placed = from === '' ? text : text.replace(from, to);
      // The same names, taken one by one: what nobody uses of the library is left out.
      return { contents: placed.replace("import { z } from 'zod';", "import * as z from 'zod';"), loader: 'ts' };
    });
  },
};

function absent(...names: readonly string[]): string {
  return names
    .map((name) => `export function ${name}() { throw new Error('${name} is not part of this program'); }`)
    .join('\n');
}

if (import.meta.main) {
  const folder = join(root, 'dist');
  await buildBundles(folder);
  for (const file of [bundleFiles.agent, bundleFiles.hub, bundleFiles.git, bundleFiles.worker, bundleFiles.reader]) {
    process.stdout.write(`dist/${file} ${Math.ceil((await stat(join(folder, file))).size / 1024)} KiB\n`);
  }
}
