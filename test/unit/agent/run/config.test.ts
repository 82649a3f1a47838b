import { describe, expect, it } from 'vitest';
import { impersonationOf, readOptions } from '../../../../agent/run/config.ts';

describe('the options that say under whose rights applications are written', () => {
  it.each([
    ['none', {}, null],
    ['accounts', { serviceAccounts: 'shop=deployer, web=web.bot' }, { shop: 'deployer', web: 'web.bot' }, null],
    ['a default', { defaultServiceAccount: 'sluice' }, {}, 'sluice'],
    ['both', { serviceAccounts: 'shop=deployer', defaultServiceAccount: 'sluice' }, { shop: 'deployer' }, 'sluice'],
  ])('%s', (_title, options, accounts, fallback = null) => {
    const wanted = accounts === null ? null : { accounts, fallback };
    expect(impersonationOf(readOptions(options))).toEqual(wanted);
  });

  it.each(['', 'shop', 'shop=', '=deployer', 'shop=a=b', 'Shop=deployer', 'shop=a,shop=b', 'shop=a,', 'shop=a:b'])(
    'refuse %j',
    (serviceAccounts) => {
      expect(() => readOptions({ serviceAccounts })).toThrow(
        /--service-accounts: not NAMESPACE=SERVICEACCOUNT, separated by commas, each namespace once/,
      );
    },
  );

  it('refuse a default that names another namespace', () => {
    expect(() => readOptions({ defaultServiceAccount: 'shop:admin' })).toThrow(
      /--default-service-account: not the name/,
    );
  });
});
