import { describe, expect, it } from 'vitest';
import { isAllowedHost, isHostEntry, mayConnect } from '../../../../hub/model/hosts.ts';

describe('the hosts that effects may reach', () => {
  it.each([
    ['https://hooks.slack.com/x', ['hooks.slack.com'], true],
    ['https://HOOKS.slack.com/x', ['Hooks.Slack.com'], true],
    ['https://hooks.slack.com/x', [], false],
    ['https://hooks.slack.com.evil.example/x', ['hooks.slack.com'], false],
    ['https://evilhooks.slack.com/x', ['hooks.slack.com'], false],
    ['https://a.slack.com/x', ['*.slack.com'], true],
    ['https://slack.com/x', ['*.slack.com'], false],
    ['https://evil-slack.com/x', ['*.slack.com'], false],
    ['http://prometheus:9090/x', ['prometheus:9090'], true],
    ['http://prometheus/x', ['prometheus:9090'], false],
    ['http://prometheus/x', ['prometheus:80'], true],
    ['https://prometheus/x', ['prometheus:443'], true],
    ['http://prometheus:9090/x', ['prometheus'], true],
    ['http://[::1]:8080/x', ['[::1]:8080'], true],
    ['http://[::1]/x', ['[::1]'], true],
    ['http://127.0.0.1/x', ['localhost'], false],
    ['http://2130706433/x', ['127.0.0.1'], true],
    ['http://user@hooks.slack.com@evil.example/x', ['hooks.slack.com'], false],
  ])('%s with %j: %s', (url, allow, expected) => {
    expect(isAllowedHost(new URL(url), allow)).toBe(expected);
  });

  it.each([
    ['127.0.0.1', ['hooks.example'], false],
    ['127.8.0.1', ['hooks.example'], false],
    ['0.0.0.0', ['hooks.example'], false],
    ['169.254.169.254', ['hooks.example'], false],
    ['::1', ['hooks.example'], false],
    ['::ffff:127.0.0.1', ['hooks.example'], false],
    ['::ffff:169.254.169.254', ['hooks.example'], false],
    ['fe80::1', ['hooks.example'], false],
    ['10.0.0.1', ['hooks.example'], true],
    ['203.0.113.1', ['hooks.example'], true],
    ['127.0.0.1', ['127.0.0.1'], true],
    ['127.0.0.1', ['localhost:8080'], true],
    ['169.254.169.254', ['localhost'], false],
    ['169.254.1.1', ['169.254.1.1'], true],
    ['::1', ['[::1]:80'], true],
    ['nonsense', ['*.example'], false],
  ])('a name may lead to %s with %j: %s', (address, allow, expected) => {
    expect(mayConnect(address, allow)).toBe(expected);
  });

  it.each([
    ['hooks.slack.com', true],
    ['*.slack.com', true],
    ['prometheus:9090', true],
    ['[::1]:80', true],
    ['https://hooks.slack.com', false],
    ['hooks.slack.com/x', false],
    ['*', false],
    ['', false],
  ])('%j is an entry: %s', (entry, expected) => {
    expect(isHostEntry(entry)).toBe(expected);
  });
});
