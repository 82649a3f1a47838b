import { expect, it } from 'vitest';
import { saysPods } from '../../../../shared/model/pod-words.ts';

it.each([
  ['Ready:0/1 Pod/web-x: ImagePullBackOff', true],
  ['Ready:0/1 adding what is new: Pod/web-x: OOMKilled', true],
  ['Pod/web-x: not ready', true],
  ['Ready:0/1 Deployment/web: 0 of 1 ready', false],
  ['Ready:0/1 MyPod/web: not ready', false],
])('a message says why pods do not start: %s', (message, expected) => {
  expect(saysPods({ message })).toBe(expected);
});
