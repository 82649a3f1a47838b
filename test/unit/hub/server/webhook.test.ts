import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedWebhook, pushOf } from '../../../../hub/server/webhook.ts';

const body = Buffer.from('{"after":"x"}');
const hmac = (secret: string, text: Uint8Array = body) =>
  `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;

describe('the proof of a webhook', () => {
  it.each<[string, Record<string, string | string[]>, boolean]>([
    ['the HMAC of GitHub and Gitea', { 'x-hub-signature-256': hmac('secret') }, true],
    ['the token of GitLab', { 'x-gitlab-token': 'secret' }, true],
    ['an HMAC with another secret', { 'x-hub-signature-256': hmac('other') }, false],
    ['an HMAC of another body', { 'x-hub-signature-256': hmac('secret', Buffer.from('{}')) }, false],
    ['another token', { 'x-gitlab-token': 'secrets' }, false],
    ['a wrong HMAC beside the right token', { 'x-hub-signature-256': 'x', 'x-gitlab-token': 'secret' }, false],
    ['two tokens', { 'x-gitlab-token': ['secret', 'secret'] }, false],
    ['nothing', {}, false],
  ])('by %s: %s %s', (_, headers, isProved) => {
    expect(isSignedWebhook(headers, body, 'secret')).toBe(isProved);
  });
});

describe('the commits of a push', () => {
  const [before, after] = ['a'.repeat(40), 'b'.repeat(40)];
  it.each([
    ['both commits', { before, after, ref: 'refs/heads/main' }, { before, after }],
    ['a new branch', { before: '0'.repeat(40), after }, null],
    ['a deleted branch', { before, after: '0'.repeat(40) }, null],
    ['names that are not commits', { before: 'main', after }, null],
    ['another event', { zen: 'x' }, null],
    ['no object', 'x', null],
    ['null', null, null],
  ])('are read from %s', (_, event, push) => {
    expect(pushOf(Buffer.from(JSON.stringify(event)))).toEqual(push);
  });

  it('are none where the body is not JSON', () => {
    expect(pushOf(Buffer.from('payload=%7B%7D'))).toBeNull();
  });
});
