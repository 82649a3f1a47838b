import { SluiceError } from '../../../shared/errors.ts';
import type { Slices } from '../../../shared/lib/slices.ts';
import { parseCommit } from '../../model/commit.ts';
import type { Oid } from '../../../shared/lib/git/object.ts';
import type { ObjectReader } from '../../model/objects.ts';

/** A commit as walks need it. */
export interface Node {
  readonly tree: Oid;
  readonly parents: readonly Oid[];
}

/** Reads commits, remembering the most recent ones: they never change. */
export type History = (oid: Oid) => Node;

/** A history, and the turns in which one request walks it. */
export interface Walk {
  readonly history: History;
  readonly slices: Slices;
}

const maxNodes = 20_000;

/** The history behind a reader; throws PACK_INVALID for an object that is not a commit. */
export function openHistory(reader: ObjectReader): History {
  const nodes = new Map<Oid, Node>();
  return (oid) => {
    const remembered = nodes.get(oid);
    if (remembered !== undefined) return remembered;
    const object = reader.read(oid);
    if (object?.type !== 'commit') throw new SluiceError('PACK_INVALID', 'a commit is missing', { subject: oid });
    const { tree, parents } = parseCommit(object.body);
    if (nodes.size >= maxNodes) nodes.clear();
    nodes.set(oid, { tree, parents });
    return { tree, parents };
  };
}

/** Commits from some tips, nearest first, each once with its distance (tips are 1); parents follow where `goOn` is true. */
export async function* ancestors(
  { history, slices }: Walk,
  tips: readonly Oid[],
  goOn: (oid: Oid, distance: number) => boolean = () => true,
): AsyncGenerator<{ readonly oid: Oid; readonly node: Node; readonly distance: number }> {
  const seen = new Set(tips);
  let level = [...seen];
  for (let distance = 1; level.length > 0; distance += 1) {
    const next = new Set<Oid>();
    for (const oid of level) {
      await slices.spend(nodeUnits);
      const node = history(oid);
      yield { oid, node, distance };
      const parents = goOn(oid, distance) ? node.parents : [];
      for (const parent of parents) next.add(parent);
    }
    level = [...next].filter((oid) => !seen.has(oid));
    for (const oid of level) seen.add(oid);
  }
}

const nodeUnits = 5;

/** Those of the tips that reach one of the targets. Each commit is looked at once, however many tips lead to it. */
export async function reaching(
  { history, slices }: Walk,
  tips: readonly Oid[],
  targets: ReadonlySet<Oid>,
): Promise<ReadonlySet<Oid>> {
  const known = new Map<Oid, boolean>();
  const open = [...tips];
  for (let oid = open.at(-1); oid !== undefined; oid = open.at(-1)) {
    await slices.spend(nodeUnits);
    const parents = known.has(oid) || targets.has(oid) ? [] : history(oid).parents;
    const unknown = parents.filter((parent) => !known.has(parent));
    if (unknown.length > 0) {
      open.push(...unknown);
      continue;
    }
    open.pop();
    if (!known.has(oid)) known.set(oid, targets.has(oid) || parents.some((parent) => known.get(parent) === true));
  }
  return new Set(tips.filter((tip) => known.get(tip) === true));
}
