/** A pattern that was read once, to be asked of many paths. */
export interface Glob {
  /** True for exactly what the pattern names. */
  readonly names: (path: string) => boolean;
  /** True for what the pattern names, and for all that lies below it. */
  readonly covers: (path: string) => boolean;
  /** Both answers, and how many steps they took: at most the length of the path times the wildcards of the pattern, and some. */
  readonly look: (path: string) => GlobLook;
}

/** What a pattern says of a path. */
export interface GlobLook {
  readonly named: boolean;
  readonly covered: boolean;
  readonly steps: number;
}

/** The longest pattern, and the most wildcards in one: patterns come from documents, and are asked of every file. */
export const globLimits = { characters: 1_024, wildcards: 32 } as const;

/** What is wrong with a pattern, in words; null where it can be used. One that is wrong names nothing. */
export function globFault(pattern: string): string | null {
  if (pattern.length > globLimits.characters) return `a pattern has at most ${globLimits.characters} characters`;
  const wildcards = pattern.match(/\*+|\?|\{/g)?.length ?? 0;
  return wildcards > globLimits.wildcards ? `a pattern has at most ${globLimits.wildcards} wildcards` : null;
}

/**
 * Reads a glob pattern: `*`, `?` and `{a,b}` inside of a name, `**` over folders; a leading `./` or `/` and a trailing `/` mean
 * nothing. Case counts. All ways through the pattern are followed at once, so no pattern makes a path slow,
 * and where they lead is remembered, so that a pattern is asked of many paths at little cost.
 */
export function compileGlob(pattern: string): Glob {
  const clean = cleanPath(pattern);
  const machine = globFault(pattern) === null ? build(clean === '.' ? '' : clean) : null;
  const look = machine === null ? () => ({ named: false, covered: false, steps: 0 }) : walker(machine);
  return { names: (path) => look(path).named, covers: (path) => look(path).covered, look };
}

/** A path or pattern without what means nothing in it: a leading `./` or `/`, a trailing `/`. */
export function cleanPath(path: string): string {
  let start = 0;
  while (path[start] === '/' || path.startsWith('./', start)) start += path[start] === '/' ? 1 : 2;
  let end = path.length;
  while (end > start && path[end - 1] === '/') end -= 1;
  return path.slice(start, end);
}

/** A place in the pattern and where it leads: over one character (itself, any of a name, any at all), or over none. */
interface State {
  readonly takes: string | null;
  readonly to: readonly number[];
}

interface Machine {
  readonly states: readonly State[];
  readonly end: number;
  /** True for the empty pattern: everything lies below the top folder. */
  readonly isTop: boolean;
}

const anyOfName = 'name';
const anyAtAll = 'any';

function build(clean: string): Machine {
  const states: State[] = [];
  for (const [part] of clean.matchAll(/\*\*\/|\*\*|\*|\?|\{[^{}]+\}|[^]/gu))
    states.push(...partOf(part, states.length));
  return { states, end: states.length, isTop: clean === '' };
}

/** The places of one part of a pattern, the first of which gets the number `at`. */
function partOf(part: string, at: number): State[] {
  if (part === '**/') {
    // Nothing at all, or anything that ends with a slash.
    return [
      { takes: null, to: [at + 1, at + 4] },
      { takes: null, to: [at + 2, at + 3] },
      { takes: anyAtAll, to: [at + 1] },
      { takes: '/', to: [at + 4] },
    ];
  }
  if (part === '*' || part === '**') {
    return [
      { takes: null, to: [at + 1, at + 2] },
      { takes: part === '*' ? anyOfName : anyAtAll, to: [at] },
    ];
  }
  if (part === '?') return [{ takes: anyOfName, to: [at + 1] }];
  return part.startsWith('{') && part.length > 1
    ? branches(part.slice(1, -1).split(','), at)
    : [{ takes: part, to: [at + 1] }];
}

function branches(alternatives: readonly string[], at: number): State[] {
  const sizes = alternatives.map((text) => Array.from(text).length + 1);
  let end = at + 1;
  const starts = sizes.map((size) => (end += size) - size);
  const chains = alternatives.map((text, index): State[] => {
    const start = starts[index] ?? end;
    return [
      ...Array.from(text).map((takes, offset) => ({ takes, to: [start + offset + 1] })),
      { takes: null, to: [end] },
    ];
  });
  return [{ takes: null, to: starts }, ...chains.flat()];
}

/** All places that a path may be at together, and where each character leads from there: found once, however many paths go there. */
interface Junction {
  readonly places: readonly number[];
  readonly isEnd: boolean;
  readonly next: Map<string, Junction>;
}

/** Places that the junctions of a pattern have in all at most, before they are forgotten. */
const mostPlaces = 200_000;

function walker({ states, end, isTop }: Machine): (path: string) => GlobLook {
  let steps = 0;
  let kept = 0;
  let junctions = new Map<string, Junction>();
  // Follows what takes no character; each place is looked at once for each character of the path.
  const junctionOf = (first: readonly number[]): Junction => {
    const [open, seen, at] = [[...first], new Set<number>(), [] as number[]];
    for (let place = open.pop(); place !== undefined; place = open.pop()) {
      steps += 1;
      if (seen.has(place)) continue;
      seen.add(place);
      const state = states[place];
      if (state?.takes === null) open.push(...state.to);
      else at.push(place);
    }
    const places = at.sort((a, b) => a - b);
    const key = places.join();
    const known = junctions.get(key) ?? { places, isEnd: seen.has(end), next: new Map<string, Junction>() };
    if (!junctions.has(key)) kept += places.length + 1;
    junctions.set(key, known);
    return known;
  };
  const follow = (from: Junction, one: string): Junction => {
    const to = from.places.flatMap((place) => {
      const state = states[place];
      return state !== undefined && takes(state.takes, one) ? state.to : [];
    });
    const next = junctionOf(to);
    kept += 1;
    from.next.set(one, next);
    return next;
  };
  let start = junctionOf([0]);
  // All junctions but the one where a path is now.
  const forget = (at: Junction): Junction => {
    junctions = new Map();
    kept = 0;
    start = junctionOf([0]);
    return { ...at, next: new Map() };
  };
  return (path) => {
    steps = 0;
    let covered = isTop;
    let at = start;
    for (const one of path) {
      steps += 1;
      covered ||= one === '/' && at.isEnd;
      at = at.next.get(one) ?? follow(at, one);
      if (kept > mostPlaces) at = forget(at);
      if (at.places.length === 0) return { named: false, covered, steps };
    }
    return { named: at.isEnd, covered: covered || at.isEnd, steps };
  };
}

function takes(wanted: string | null, one: string): boolean {
  if (wanted === anyAtAll) return true;
  return wanted === anyOfName ? one !== '/' : wanted === one;
}
