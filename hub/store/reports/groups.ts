import { nextTurn } from '../../../shared/lib/slices.ts';

/** Turns of the loop that a group waits for more of it. */
const mostTurns = 8;

interface Waiting<T> {
  readonly value: T;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/**
 * Writes values in groups, one group at a time: what is put resolves when its group is written, and rejects with it. What comes while a
 * group is written is the next one, and so is what a turn of the loop after the other brings: those who ask at once are heard over some
 * turns, and writing twice costs more than that wait.
 */
export function writingGroups<T>(write: (values: readonly T[]) => Promise<void>): (value: T) => Promise<void> {
  let group: Waiting<T>[] = [];
  let isWriting = false;
  const gather = async (): Promise<void> => {
    for (let [turn, before] = [0, 0]; turn < mostTurns && group.length > before; turn += 1) {
      before = group.length;
      await nextTurn();
    }
  };
  const run = async (): Promise<void> => {
    isWriting = true;
    while (group.length > 0) {
      await gather();
      const own = group;
      group = [];
      await write(own.map(({ value }) => value)).then(
        () => own.forEach(({ done }) => done()),
        (error: unknown) => own.forEach(({ fail }) => fail(error)),
      );
    }
    isWriting = false;
  };
  return (value) =>
    new Promise((done, fail) => {
      group.push({ value, done, fail });
      if (!isWriting) void run();
    });
}
