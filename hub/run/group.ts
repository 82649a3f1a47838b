import { asSluiceError, isSluiceError } from '../../shared/errors.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { amendedBy, mergeChanges, type Changed, type Changes } from '../model/changes.ts';
import type { State } from '../model/state.ts';
import type { Store, View } from '../model/store.ts';

/** What a group of changes is committed with. */
export interface GroupParts {
  readonly clock: Pick<Clock, 'now'>;
  readonly store: Pick<Store, 'read' | 'commit'>;
  /** Called with every committed state, before its changes are answered. */
  readonly onState: (view: View) => void;
  /** Runs when nothing else changes the state. */
  readonly take: (run: () => Promise<void>) => Promise<void>;
}

/** Changes of the state that wait for their turn: all that wait when it comes are one commit. */
export interface Group {
  /**
   * Commits what `apply` makes of the newest state, those before it in the group included; `message` says why, as one line. A
   * change that throws is refused alone. `apply` may be asked several times: what it answered last is what was committed.
   */
  readonly change: <T>(message: string, apply: (state: State) => Changed<T>) => Promise<T>;
  /** True while a change waits for its turn. */
  readonly isAwaited: () => boolean;
}

/** A change that waits, and its caller. */
interface Waiting {
  readonly message: string;
  readonly apply: (state: State) => Changed<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What became of a change that was judged. */
interface Judged {
  readonly waiting: Waiting;
  readonly answer: () => void;
  /** It is part of the commit. */
  readonly counts: boolean;
}

/** The most changes of one commit: a person reads its message. */
const mostChanges = 250;
const raceAttempts = 5;

/** Begins with nothing that waits. */
export function createGroup(parts: GroupParts): Group {
  let waiting: Waiting[] = [];
  const commitNext = async (): Promise<void> => {
    const group = waiting.slice(0, mostChanges);
    waiting = waiting.slice(group.length);
    if (waiting.length > 0) void parts.take(commitNext);
    await commitGroup(parts, group);
  };
  return {
    isAwaited: () => waiting.length > 0,
    change: <T>(message: string, apply: (state: State) => Changed<T>) =>
      new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) void parts.take(commitNext);
        waiting.push({ message, apply, resolve: (result) => resolve(result as T), reject });
      }),
  };
}

/** Commits a group and answers each of its callers; never throws. */
async function commitGroup(parts: GroupParts, group: readonly Waiting[]): Promise<void> {
  try {
    for (const { answer } of await committed(parts, group)) answer();
  } catch (error) {
    // What cannot be written of one change must not take the others with it.
    const mayBeOne = group.length > 1 && blamesOne.has(asSluiceError(error).code);
    if (mayBeOne) for (const one of group) await commitGroup(parts, [one]);
    else for (const { reject } of group) reject(error);
  }
}

/** Errors of a commit that may be about what is written, not about where. */
const blamesOne = new Set(['NAME_INVALID', 'INTERNAL']);

async function committed(
  { store, clock, onState }: GroupParts,
  group: readonly Waiting[],
): Promise<readonly Pick<Judged, 'answer'>[]> {
  for (let attempt = 1; ; attempt++) {
    const view = await store.read();
    const { changes, judged } = judge(view, group);
    const message = messageOf(judged.flatMap(({ waiting, counts }) => (counts ? [waiting.message] : [])));
    try {
      onState(await store.commit({ base: view.base, changes, message, at: clock.now() }));
      return judged;
    } catch (error) {
      if (attempt === raceAttempts || !isSluiceError(error, 'LEDGER_RACED')) throw error;
    }
  }
}

/** Judges each change by the state that those before it lead to. */
function judge(view: View, group: readonly Waiting[]): { readonly changes: Changes; readonly judged: Judged[] } {
  let state: State = view;
  let changes: Changes = {};
  const judged = group.map((waiting): Judged => {
    try {
      const { changes: more, result } = waiting.apply(state);
      changes = mergeChanges(changes, more);
      state = amendedBy(view, changes);
      return { waiting, answer: () => waiting.resolve(result), counts: Object.keys(more).length > 0 };
    } catch (error) {
      return { waiting, answer: () => waiting.reject(error), counts: false };
    }
  });
  return { changes, judged };
}

/** The message of a commit of several changes: a subject, and a line for each. */
function messageOf(lines: readonly string[]): string {
  const [first = 'nothing', ...others] = lines;
  if (others.length === 0) return first;
  const more = `${others.length} more change${others.length === 1 ? '' : 's'}`;
  return `${first}, and ${more}\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
}
