import { describe, expect, it } from 'vitest';
import type { Impersonation } from '../../../../agent/model/site.ts';
import { accountOf, writeObjection, writerFor } from '../../../../agent/site/accounts.ts';
import { fakeKube } from '../../../fakes/kube.ts';

const words = (impersonation: Impersonation | null, app: string): string => {
  const account = accountOf(impersonation, app);
  return account.is === 'account' ? account.user : account.is;
};
const deployer = { accounts: { shop: 'deployer' }, fallback: null };

describe('an application is written', () => {
  it.each<[rule: string, impersonation: Impersonation | null, app: string, account: string]>([
    ['as the agent where the site names no account at all', null, 'shop/web', 'agent'],
    ['as the account of its namespace', deployer, 'shop/web', 'system:serviceaccount:shop:deployer'],
    [
      'as the default account, in its own namespace',
      { ...deployer, fallback: 'sluice' },
      'bank/web',
      'system:serviceaccount:bank:sluice',
    ],
    ['by no account where the site names none for its namespace', deployer, 'bank/web', 'none'],
    ['by no account where its namespace is a word of JavaScript', deployer, 'constructor/web', 'none'],
  ])('%s', (_, impersonation, app, expected) => {
    expect(words(impersonation, app)).toBe(expected);
  });

  it('not at all where no account may', () => {
    expect(writeObjection(deployer, 'bank/web')).toBe(
      'this site names no ServiceAccount that may write applications of namespace bank',
    );
    expect(writeObjection(deployer, 'shop/web')).toBeNull();
    expect(writeObjection(null, 'bank/web')).toBeNull();
  });

  it('with a client that impersonates the account, or with the own one of the agent', () => {
    const kube = fakeKube();
    expect(writerFor(kube, null, 'shop/web')).toEqual({ user: null, kube });
    const writer = writerFor(kube, deployer, 'shop/web');
    expect(writer.user).toBe('system:serviceaccount:shop:deployer');
    expect(writer.kube).not.toBe(kube);
  });
});
