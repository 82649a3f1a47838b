import { oncePerText } from '../../shared/lib/memo.ts';
import { isMap } from '../model/json-map.ts';

/** What a template reads of a value. A member of which nothing is read is only asked for its being there. */
interface Reads {
  isWhole: boolean;
  readonly members: Map<string, Reads>;
}

/** Templates whose reads are kept: a document may use one template thousands of times. */
const mostKnown = 256;
const readsOf = oncePerText(mostKnown, readsIn);

/**
 * What a template reads of a member of its context: `output` without what `context.output.…` never leads to. What gives another
 * value of that does not change the template's answer. Where a template may read it by another way than such paths, all of it.
 */
export function readOf(template: string, member: string, value: unknown): unknown {
  const reads = readsOf(template);
  const found = reads.members.get(member);
  return reads.isWhole || found === undefined ? value : pruned(value, found);
}

/** `context` and the members that follow it, as `.name`, `."name"` or `["name"]`. */
const path =
  /\bcontext\b((?:[ \t]*\.[ \t]*(?:[\p{L}_$][\p{L}\p{N}_$]*|"[^"\\\n]*")|[ \t]*\[[ \t]*"[^"\\\n]*"[ \t]*\])*)/gu;
const step = /"([^"\\\n]*)"|[\p{L}_$][\p{L}\p{N}_$]*/gu;
const condition = /(?:\bif|&&|\|\||\()\s*$/;
const isThere = /^[ \t]*[!=]=[ \t]*_\|_/;

// Comments and texts are read, too: that finds more than there is, and never less.
function readsIn(template: string): Reads {
  const root: Reads = { isWhole: false, members: new Map() };
  for (const { 0: all, 1: steps = '', index } of template.matchAll(path)) {
    const after = template.slice(index + all.length);
    const before = template.slice(Math.max(0, index - 16), index);
    // A label: the template says itself what its context is.
    if (steps === '' && /^"?[ \t]*[?!]?:/.test(after)) return { isWhole: true, members: new Map() };
    let at = root;
    for (const [name, quoted] of steps.matchAll(step)) at = memberOf(at, quoted ?? name);
    if (!condition.test(before) || !isThere.test(after)) at.isWhole = true;
  }
  return root;
}

function memberOf({ members }: Reads, name: string): Reads {
  const found = members.get(name) ?? { isWhole: false, members: new Map() };
  members.set(name, found);
  return found;
}

function pruned(value: unknown, { isWhole, members }: Reads): unknown {
  if (isWhole || value === undefined) return value;
  if (members.size === 0) return true;
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, of]) => {
      const reads = members.get(name);
      return reads === undefined ? [] : [[name, pruned(of, reads)]];
    }),
  );
}
