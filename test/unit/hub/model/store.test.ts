import { channel } from '../../../fixtures/hub/facts.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openLedger } from '../../../../hub/store/ledger/ledger.ts';
import { openPackStore } from '../../../../hub/store/packs/store.ts';
import { emptyState } from '../../../../hub/store/slices/slices.ts';
import { at } from '../../../fixtures/hub/store.ts';
import { storeContract, type Crash } from '../../../contract/store/suite.ts';
import { memoryDatabase } from '../../../fakes/memory-store.ts';
import { hubKey } from '../../../fixtures/hub/ledger.ts';

/** The head of a ledger moves when packed-refs is replaced; objects are written before. The steps around it. */
const crashSteps: Readonly<Record<Crash, string>> = {
  'before the commit point': 'write packed-refs.lock',
  'after the commit point': 'sync refs',
};

describe('a store in a Git ledger', () => {
  storeContract(async () => {
    const dir = mkdtempSync(join(tmpdir(), 'store-'));
    const key = hubKey();
    const closes: (() => void)[] = [];
    const open = (crash?: Crash) => {
      const store = openPackStore(dir, {
        onStep: (step) => {
          if (crash !== undefined && step === crashSteps[crash]) throw new Error('killed');
        },
      });
      closes.push(store.close);
      return openLedger({ store, sign: key.sign, trusted: [key.publicKey], channel });
    };
    await open().create({ channel, epoch: 1 }, at);
    return {
      open: (crash) => Promise.resolve(open(crash)),
      close: () => {
        for (const close of closes) close();
        rmSync(dir, { recursive: true, force: true });
      },
    };
  });
});

describe('a store in memory', () => {
  storeContract(() => {
    const database = memoryDatabase(emptyState({ channel, epoch: 1 }));
    return Promise.resolve({ open: (crash) => Promise.resolve(database.open(crash)), close: () => undefined });
  });
});
