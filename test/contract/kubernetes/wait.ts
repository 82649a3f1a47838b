import { setTimeout as sleep } from 'node:timers/promises';

/** Asks every 20 ms until the answer is true; fails after 45 s with what was waited for. */
export async function eventually(what: string, ask: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 45_000;
  while (!(await ask())) {
    if (Date.now() > deadline) throw new Error(`waited 45 s in vain: ${what}`);
    await sleep(20);
  }
}
