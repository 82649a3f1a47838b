import { describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, readSources, type SourceFile } from './imports.ts';
import { functionsOf } from './comments.ts';
import {
  adapterHomes,
  allowedRooms,
  impure,
  impureHomes,
  packageHomes,
  sharedExceptions,
  sharedLayers,
  terminalHomes,
} from './rules.ts';

const sources = readSources(['shared', 'hub', 'agent']);
const byPath = new Map(sources.map((source) => [source.path, source]));

/** `file -> import` for every import that breaks a rule: an empty list passes, and a failure reads by itself. */
function broken(breaks: (source: SourceFile, imported: string) => boolean): string[] {
  return sources.flatMap((source) =>
    source.files.filter((file) => breaks(source, file)).map((file) => `${source.path} -> ${file}`),
  );
}

const programOf = (path: string): string => path.split('/')[0] ?? '';

/** The room of a file: the folder below its program, or `root`. */
const roomOf = (path: string): string => {
  const [, room = '', ...rest] = path.split('/');
  return rest.length === 0 ? 'root' : room;
};

const layerOf = (path: string): number =>
  sharedLayers.findIndex((layer) => path === `shared/${layer}.ts` || path.startsWith(`shared/${layer}/`));

describe('the import rules', () => {
  it('has sources to look at', () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it('lets every relative import name a file that exists, extension included', () => {
    expect(broken((_, file) => file.endsWith('.ts') && !byPath.has(file))).toEqual([]);
  });

  it('keeps the layers of shared/ in order: errors, lib, model, wire', () => {
    expect(
      broken(
        (source, file) =>
          layerOf(source.path) >= 0 &&
          (layerOf(file) < 0 ? !file.startsWith('shared/ports/') : layerOf(file) > layerOf(source.path)),
      ),
    ).toEqual([]);
  });

  it('keeps ports free of everything but types of lower layers', () => {
    expect(
      broken(
        (source, file) =>
          source.path.startsWith('shared/ports/') && !/^shared\/(ports|lib|model)\/|^shared\/errors\.ts$/.test(file),
      ),
    ).toEqual([]);
    const withCode = sources.filter(
      ({ path, text }) => path.startsWith('shared/ports/') && /^export (function|const|class|let)/m.test(text),
    );
    expect(withCode.map(({ path }) => path)).toEqual([]);
  });

  it('keeps adapters away from both programs', () => {
    expect(broken((source, file) => source.path.startsWith('shared/') && !file.startsWith('shared/'))).toEqual([]);
  });

  it('has in shared/ only what both programs reach', () => {
    const [hub, agent] = [reachedFrom('hub/'), reachedFrom('agent/')];
    const oneSided = sources
      .map(({ path }) => path)
      .filter((path) => path.startsWith('shared/') && !(hub.has(path) && agent.has(path)));
    expect(oneSided).toEqual(Object.keys(sharedExceptions));
  });

  it('lets only the list of formats import a format of the wire', () => {
    const isFormat = (file: string) => /^shared\/wire\/formats\/v\d+\//.test(file);
    expect(
      broken((source, file) => isFormat(file) && source.path !== 'shared/wire/formats.ts' && !isFormat(source.path)),
    ).toEqual([]);
  });

  it('never lets hub and agent import each other', () => {
    expect(
      broken(
        (source, file) =>
          /^(hub|agent)\//.test(source.path) &&
          /^(hub|agent)\//.test(file) &&
          programOf(source.path) !== programOf(file),
      ),
    ).toEqual([]);
  });

  it.each(['hub', 'agent'] as const)('keeps the arrows of the rooms of %s', (program) => {
    const breaks = (source: SourceFile, file: string): boolean => {
      if (programOf(source.path) !== program || programOf(file) !== program) return false;
      const [room, other] = [roomOf(source.path), roomOf(file)];
      return room !== other && !allowedRooms(program, room).includes(other);
    };
    expect(broken(breaks)).toEqual([]);
  });

  it('lets only main files, cli/, run/, store/ and kube/ wire adapters', () => {
    const isAdapter = (file: string) => file.startsWith('shared/adapters/') || file.startsWith('hub/store/packs/');
    const breaks = (source: SourceFile, file: string): boolean =>
      programOf(source.path) !== 'shared' && isAdapter(file) && !adapterHomes.some((home) => home.test(source.path));
    expect(broken(breaks)).toEqual([]);
  });

  it('lets only the room of a memory of the agent write it', () => {
    const rooms = ['channel', 'site', 'inventory', 'report'];
    const strays = sources.filter(({ path, text }) => {
      const fields = new RegExp(
        String.raw`\bmemory\.(${rooms.join('|')})\.\w+(?: =(?!=)|\.(?:set|add|delete|clear)\()`,
      );
      return path.startsWith('agent/') && fields.test(code(text));
    });
    expect(strays.map(({ path }) => path)).toEqual([]);
    const memory = byPath.get('agent/agent.ts')?.text ?? '';
    for (const room of rooms) expect(memory).toMatch(new RegExp(`readonly ${room}: Readonly<\\w+Memory>`));
  });

  it('imports nothing of test/', () => {
    expect(broken((_, file) => file.startsWith('test/'))).toEqual([]);
  });

  it('has no cycle, types included', () => {
    expect(findCycle()).toBeNull();
  });

  it.each([
    ['hub', 9],
    ['agent', 8],
  ] as const)('keeps the rooms of %s free of circles, and at most %d floors high', (program, most) => {
    expect(longestWay(program).length).toBeLessThanOrEqual(most);
  });

  it('has no barrel', () => {
    const barrels = sources.filter(
      ({ path, text }) => path.endsWith('/index.ts') || /^export (\*|\{[^}]*\}) from/m.test(text),
    );
    expect(barrels.map(({ path }) => path)).toEqual([]);
  });
});

describe('third-party packages', () => {
  const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };

  it('have a home each, and every home is used', () => {
    const named = Object.keys(manifest.dependencies).filter((name) => name !== 'zod');
    expect(Object.keys(packageHomes).sort()).toEqual(named.sort());
    const used = new Set(sources.flatMap((source) => source.packages));
    expect(named.filter((name) => !used.has(name))).toEqual([]);
  });

  it('are imported at home only', () => {
    const strays = sources.flatMap((source) =>
      source.packages
        .filter((name) => name !== 'zod' && !source.path.startsWith(packageHomes[name] ?? 'nowhere'))
        .map((name) => `${source.path} -> ${name}`),
    );
    expect(strays).toEqual([]);
  });
});

describe('sizes', () => {
  it.each(['hub', 'agent', 'shared'])('keeps at most four files at the root of %s', (program) => {
    const root = sources.filter(({ path }) => programOf(path) === program && roomOf(path) === 'root');
    expect(root.map(({ path }) => path).slice(4)).toEqual([]);
  });

  it('keeps files at 260 lines at most', () => {
    expect(sources.filter(({ text }) => text.split('\n').length > 261).map(({ path }) => path)).toEqual([]);
  });

  it('keeps functions at 60 lines at most', () => {
    const long = sources.flatMap(functionsOf).filter(({ lines }) => lines > 60);
    expect(long.map(({ name, lines }) => `${name} ${lines}`)).toEqual([]);
  });
});

describe('purity', () => {
  it.each(impure)('keeps %s in adapters and main files', (_, pattern) => {
    const strays = sources.filter(
      ({ path, text }) => !impureHomes.some((home) => home.test(path)) && pattern.test(code(text)),
    );
    expect(strays.map(({ path }) => path)).toEqual([]);
  });

  it('writes to the terminal through its port alone, which shows control characters', () => {
    const streams = /\bprocess\.std(out|err)\b|\bstd(out|err)\.write\b|\bconsole\.|\\u001b|\\x1b|\\u009b/i;
    const strays = sources.flatMap(({ path, text }) =>
      code(text)
        .split('\n')
        .filter((line) => streams.test(line) && !(terminalHomes[path] ?? /(?!)/).test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(strays).toEqual([]);
    const painters = sources.filter(({ text }) => /terminal\.(paint|redraw)\b/.test(code(text)));
    expect(painters.map(({ path }) => path)).toEqual(['hub/cli/rollout-output.ts', 'hub/cli/status-output.ts']);
  });

  it.each(['hub/pass.ts', 'agent/pass.ts'])('keeps %s a list of verbs: at most 60 lines of code, no try', (path) => {
    const text = code(byPath.get(path)?.text ?? '');
    const body = text.slice(text.indexOf('export async function pass'));
    expect(body.split('\n').filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(60);
    expect(body.length).toBeGreaterThan(100);
    expect(body).not.toMatch(/\btry\b/);
  });
});

/** Source text without comments. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** Every file that the files below a folder import, directly or not. */
function reachedFrom(folder: string): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = sources.filter(({ path }) => path.startsWith(folder));
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    for (const file of source.files) {
      const next = byPath.get(file);
      if (next === undefined || reached.has(file)) continue;
      reached.add(file);
      open.push(next);
    }
  }
  return reached;
}

/** The longest way down through the rooms of a program; throws where rooms import each other in a circle. */
function longestWay(program: string): readonly string[] {
  const floorOf = (path: string): string => (roomOf(path) === 'root' ? path : roomOf(path));
  const below = new Map<string, Set<string>>();
  for (const { path, files } of sources.filter((source) => programOf(source.path) === program)) {
    const own = below.get(floorOf(path)) ?? new Set();
    below.set(floorOf(path), own);
    for (const file of files)
      if (programOf(file) === program && floorOf(file) !== floorOf(path)) own.add(floorOf(file));
  }
  const longest = (room: string, above: readonly string[]): readonly string[] => {
    if (above.includes(room)) throw new Error(`a circle of rooms: ${[...above, room].join(' -> ')}`);
    const ways = [...(below.get(room) ?? [])].map((next) => longest(next, [...above, room]));
    return [room, ...ways.reduce((best, way) => (way.length > best.length ? way : best), [])];
  };
  return longest(`${program}/main.ts`, []);
}

function findCycle(): string | null {
  const state = new Map<string, 'open' | 'done'>();
  const visit = (path: string, trail: readonly string[]): string | null => {
    if (state.get(path) === 'done') return null;
    if (state.get(path) === 'open') return [...trail.slice(trail.indexOf(path)), path].join(' -> ');
    state.set(path, 'open');
    for (const file of byPath.get(path)?.files ?? []) {
      const cycle = visit(file, [...trail, path]);
      if (cycle !== null) return cycle;
    }
    state.set(path, 'done');
    return null;
  };
  for (const { path } of sources) {
    const cycle = visit(path, []);
    if (cycle !== null) return cycle;
  }
  return null;
}
