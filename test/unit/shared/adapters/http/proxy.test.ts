import { describe, expect, it } from 'vitest';
import { proxyFor, proxySettings } from '../../../../../shared/adapters/http/proxy.ts';

describe('the proxy of a URL', () => {
  const settings = {
    https: 'http://proxy:3128',
    http: 'proxy:8080',
    none: 'internal.example.com, .corp, *.lan:8443, 10.0.0.0/8, fd00::/8, exact:8443, [fd01::1]:443, fe80::1',
  };
  it.each([
    ['https://git.example.com/x', 'http://proxy:3128/'],
    ['http://git.example.com/x', 'http://proxy:8080/'],
    ['https://internal.example.com/', null],
    ['https://a.internal.example.com/', null],
    ['https://notinternal.example.com/', 'http://proxy:3128/'],
    ['https://a.corp/', null],
    ['https://A.CORP/', null],
    ['https://a.lan:8443/', null],
    ['https://a.lan/', 'http://proxy:3128/'],
    ['https://10.1.2.3/', null],
    ['http://10.1.2.3:8080/', null],
    ['https://11.1.2.3/', 'http://proxy:3128/'],
    ['https://[fd12::3]/', null],
    ['https://[fe80::1]/', null],
    ['https://[fe80::2]/', 'http://proxy:3128/'],
    ['https://exact:8443/', null],
    ['https://exact/', 'http://proxy:3128/'],
    ['https://127.0.0.1/', null],
    ['https://[::1]/', null],
    ['https://localhost/', null],
  ])('%s is %s', (target, proxy) => {
    expect(proxyFor(new URL(target), settings)?.href ?? null).toBe(proxy);
  });

  it.each([['10.0.0.0/33'], ['10.0.0.0/'], ['10.0.0.0/x'], ['10.0.0/8'], ['fd00::/8'], ['/8'], [':443'], ['']])(
    'is not put out of force by the entry "%s"',
    (none) => {
      expect(proxyFor(new URL('https://10.1.2.3/'), { ...settings, none })).not.toBeNull();
    },
  );

  it('is none where NO_PROXY is *', () => {
    expect(proxyFor(new URL('https://git.example.com/'), { ...settings, none: '*' })).toBeNull();
  });

  it('is the one that came with the address, whatever the environment says', () => {
    const always = { ...settings, always: 'http://bastion:1', none: '*' };
    expect(proxyFor(new URL('https://127.0.0.1:6443/'), always)?.href).toBe('http://bastion:1/');
  });
});

it.each([
  [
    { HTTPS_PROXY: 'a', HTTP_PROXY: 'b', NO_PROXY: 'c' },
    { https: 'a', http: 'b', none: 'c' },
  ],
  [{ https_proxy: 'x', HTTPS_PROXY: 'a' }, { https: 'x' }],
])('reads the proxies of the environment %j', (env, expected) => {
  expect(proxySettings(env)).toEqual(expected);
});
